"""`lab ab`: which of two sides of a service is slower, and by how much."""

from __future__ import annotations

from orchestrator.durations import clock_time
from orchestrator.experiments.ab import plan as planning
from orchestrator.experiments.ab.answer import found
from orchestrator.experiments.ab.audit import findings
from orchestrator.experiments.ab.comparables import comparables
from orchestrator.experiments.ab.document import RECORD, ab_files, answer_document, read
from orchestrator.experiments.ab.options import add_options, chosen
from orchestrator.experiments.ab.page import PAGE, page
from orchestrator.experiments.ab.plan import ABPlan
from orchestrator.experiments.ab.record import AB_SCHEMA, ABRecord, ABSettings
from orchestrator.experiments.ab.run import run
from orchestrator.experiments.ab.tables import ratios, sides
from orchestrator.experiments.experiment import (
    Experiment,
    Facts,
    Saved,
    Shown,
    Surroundings,
    host_added,
)
from orchestrator.exports.files import exported
from orchestrator.model.blocks import LOCUST_WORKER
from orchestrator.model.outlook import Outlook
from orchestrator.model.settings import PlannedTrial


def blank(plan: ABPlan, facts: Facts) -> ABRecord:
    """The record before anything is measured."""
    return ABRecord(
        schema=AB_SCHEMA,
        run_id=facts.run_id,
        started_at=facts.started_at,
        finished_at=None,
        command=facts.command,
        settings=plan.settings,
        host=facts.host,
        layout=plan.loading.placement.layout,
    )


def left(plan: ABPlan, _record: ABRecord) -> tuple[PlannedTrial, ...]:
    """The services whose images both sides start from."""
    return plan.trials


def outlook(plan: ABPlan, _record: ABRecord) -> Outlook:
    """What is compared, and for how long at most."""
    settings = plan.settings
    text = (
        f"{settings.service}, {settings.workload}: head {settings.head} against base "
        f"{settings.base}, at most {clock_time(settings.budget_s)} after both are built, "
        f"seed {settings.seed}"
    )
    return Outlook(text=text, trials=1, left=1, trial_s=settings.budget_s)


def report(record: ABRecord, around: Surroundings) -> dict[str, str]:
    """The page, and files for other tools, for the folder ``report/``; made at the end, because
    drawing takes time.
    """
    return {
        PAGE: page(record, findings=around.findings, links=around.links),
        **exported(*comparables(record)),
    }


def not_slower(record: ABRecord) -> bool:
    """Whether the head is not certainly slower by more than is tolerated."""
    known = found(record)
    return known is None or not known.above


AB: Experiment[ABSettings, ABPlan, ABRecord] = Experiment(
    name="ab",
    text="say which of two sides of a service is slower, and by how much",
    tools=(LOCUST_WORKER,),
    options=add_options,
    settings=chosen,
    problems=planning.problems,
    variants=planning.variants,
    plan=planning.plan,
    blank=blank,
    left=left,
    outlook=outlook,
    run=run,
    watched=host_added,
    saved=Saved(file=RECORD, prefix="ab-", raw=False, files=ab_files, read=read),
    shown=Shown(
        page=f"report/{PAGE}",
        title="Comparisons (A/B)",
        tables=lambda record: (ratios(record), sides(record)),
        tables_alone=True,
        document=answer_document,
        files=report,
    ),
    findings=findings,
    all_well=not_slower,
    unusable=lambda record: record.failure is not None,
    takes_app=True,
)
