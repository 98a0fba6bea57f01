"""`lab size`: the highest arrival rate that keeps a promise about latency and errors."""

from __future__ import annotations

from orchestrator.durations import clock_time
from orchestrator.experiments.experiment import (
    Experiment,
    Facts,
    Saved,
    Shown,
    Surroundings,
    host_added,
)
from orchestrator.experiments.size import plan as planning
from orchestrator.experiments.size.audit import findings
from orchestrator.experiments.size.bisection import probe_s
from orchestrator.experiments.size.document import (
    RECORD,
    read,
    report_files,
    rows_document,
    size_files,
    size_summary,
)
from orchestrator.experiments.size.options import add_options, chosen
from orchestrator.experiments.size.page import PAGE, page
from orchestrator.experiments.size.plan import SizePlan
from orchestrator.experiments.size.record import SIZE_SCHEMA, SizeRecord, SizeSettings
from orchestrator.experiments.size.rows import size_rows
from orchestrator.experiments.size.run import run
from orchestrator.experiments.size.tables import sizes
from orchestrator.model.blocks import LOCUST_WORKER
from orchestrator.model.catalogue import beginning
from orchestrator.model.outlook import Outlook
from orchestrator.model.settings import PlannedTrial
from orchestrator.words import counted

START_S, PROBES = 8.0, 12
"""Of a search: about the time before its first probe, and the number of probes."""


def blank(plan: SizePlan, facts: Facts) -> SizeRecord:
    """The record before anything is tried."""
    return SizeRecord(
        schema=SIZE_SCHEMA,
        run_id=facts.run_id,
        started_at=facts.started_at,
        finished_at=None,
        command=facts.command,
        settings=plan.settings,
        host=facts.host,
        layout=plan.loading.placement.layout,
    )


def left(plan: SizePlan, _record: SizeRecord) -> tuple[PlannedTrial, ...]:
    """All services: such a run cannot be resumed."""
    return plan.trials


def outlook(plan: SizePlan, _record: SizeRecord) -> Outlook:
    """How many searches there are, and about how long they take."""
    services, searches = len(plan.trials), plan.settings.searches
    search_s = START_S + PROBES * probe_s(plan.settings.p99_s)
    text = (
        f"{beginning(plan.settings.set_name)}{counted(services, 'service')}, "
        f"{searches} search{'' if searches == 1 else 'es'} each: "
        f"about {clock_time(services * searches * search_s)}"
    )
    return Outlook(text=text, trials=services, left=services, trial_s=searches * search_s)


def report(record: SizeRecord, around: Surroundings) -> dict[str, str]:
    """The rows for programs and the page, for the folder ``report/``."""
    html = page(record, findings=around.findings, links=around.links)
    return {**report_files(record), PAGE: html}


def all_well(record: SizeRecord) -> bool:
    """Whether a rate is known for every service."""
    return bool(record.services) and all(row.rate is not None for row in size_rows(record))


SIZE: Experiment[SizeSettings, SizePlan, SizeRecord] = Experiment(
    name="size",
    text="find the highest arrival rate that keeps a promise about latency and errors",
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
    saved=Saved(file=RECORD, prefix="size-", raw=False, files=size_files, read=read),
    shown=Shown(
        page=f"report/{PAGE}",
        title="How much one server can serve",
        tables=lambda record: (sizes(record),),
        tables_alone=True,
        document=rows_document,
        summary=size_summary,
        files=report,
    ),
    findings=findings,
    all_well=all_well,
    takes_app=True,
)
