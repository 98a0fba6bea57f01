"""`lab cost`: what a request costs, for all services at once."""

from __future__ import annotations

from orchestrator.contract import endpoint
from orchestrator.durations import clock_time
from orchestrator.experiments.cost import plan as planning
from orchestrator.experiments.cost.audit import findings
from orchestrator.experiments.cost.comparing import comparable
from orchestrator.experiments.cost.document import (
    RECORD,
    cost_files,
    cost_summary,
    read,
    report_files,
    rows_document,
)
from orchestrator.experiments.cost.options import add_options, chosen
from orchestrator.experiments.cost.page import PAGE, page
from orchestrator.experiments.cost.plan import CostPlan
from orchestrator.experiments.cost.record import COST_SCHEMA, CostRecord, CostSettings, Part
from orchestrator.experiments.cost.run import run
from orchestrator.experiments.cost.tables import workload_tables
from orchestrator.experiments.experiment import (
    Experiment,
    Facts,
    Saved,
    Shown,
    Surroundings,
    host_added,
)
from orchestrator.model.bases import base_of
from orchestrator.model.blocks import LOCUST_WORKER
from orchestrator.model.catalogue import beginning
from orchestrator.model.entry import Manifest
from orchestrator.model.outlook import Outlook
from orchestrator.model.settings import PlannedTrial
from orchestrator.model.together import Together
from orchestrator.profiles import COST as PROFILE


def blank(plan: CostPlan, facts: Facts) -> CostRecord:
    """The record before anything is measured."""
    services = plan.settings.services
    return CostRecord(
        schema=COST_SCHEMA,
        run_id=facts.run_id,
        started_at=facts.started_at,
        finished_at=None,
        command=facts.command,
        settings=plan.settings,
        host=facts.host,
        layout=plan.loading.placement.layout,
        contract={one.workload: endpoint(one) for one in plan.expectations},
        parts=tuple(_part(entry.manifest, plan) for entry in plan.entries),
        together=tuple(
            Together(workload=one.workload, services=services) for one in plan.expectations
        ),
    )


def _part(manifest: Manifest, plan: CostPlan) -> Part:
    """What is known of a service before it is verified."""
    taking_part = [entry.manifest for entry in plan.entries]
    return Part(
        service=manifest.id,
        name=manifest.name,
        framework=manifest.framework,
        server=manifest.server,
        interface=manifest.interface,
        base=base_of(manifest, taking_part) or "",
    )


def left(plan: CostPlan, _record: CostRecord) -> tuple[PlannedTrial, ...]:
    """All services and the reference: such a run cannot be resumed."""
    return plan.trials


def outlook(plan: CostPlan, _record: CostRecord) -> Outlook:
    """What is measured, and for about how long."""
    settings = plan.settings
    text = (
        f"{beginning(settings.set_name)}"
        f"{'with bases, ' if settings.bases else ''}"
        f"{len(settings.services)} services and the reference at once, "
        f"{', '.join(settings.workloads)}: about {clock_time(settings.budget_s)} after all are "
        f"verified, seed {settings.seed}"
    )
    return Outlook(text=text, trials=1, left=1, trial_s=settings.budget_s)


def report(record: CostRecord, around: Surroundings) -> dict[str, str]:
    """The rows for programs and the page, for the folder ``report/``."""
    html = page(record, findings=around.findings, links=around.links)
    return {**report_files(record), PAGE: html}


def all_well(record: CostRecord) -> bool:
    """Whether every row was measured."""
    return record.failure is None and not any(one.left_out for one in record.together)


COST: Experiment[CostSettings, CostPlan, CostRecord] = Experiment(
    name="cost",
    text="measure what a request costs, for all services at once",
    tools=(LOCUST_WORKER,),
    options=add_options,
    settings=chosen,
    problems=planning.problems,
    plan=planning.plan,
    blank=blank,
    left=left,
    outlook=outlook,
    run=run,
    watched=host_added,
    saved=Saved(file=RECORD, prefix="cost-", raw=False, files=cost_files, read=read),
    shown=Shown(
        page=f"report/{PAGE}",
        title="What a request costs",
        tables=workload_tables,
        tables_alone=True,
        document=rows_document,
        summary=cost_summary,
        files=report,
    ),
    findings=findings,
    all_well=all_well,
    unusable=lambda record: record.failure is not None,
    comparable=comparable,
    profile=PROFILE,
)
