"""The cross-check: the lab's own client and wrk on the same servers; both ends count."""

from __future__ import annotations

from orchestrator.durations import clock_time
from orchestrator.experiments.crosscheck import plan as planning
from orchestrator.experiments.crosscheck.audit import findings
from orchestrator.experiments.crosscheck.document import PAGE, RECORD, crosscheck_files, read
from orchestrator.experiments.crosscheck.options import add_options, chosen
from orchestrator.experiments.crosscheck.plan import CrossCheckPlan
from orchestrator.experiments.crosscheck.record import (
    CROSSCHECK_SCHEMA,
    CrossCheck,
    CrossCheckSettings,
)
from orchestrator.experiments.crosscheck.run import run
from orchestrator.experiments.crosscheck.tables import counts, rates, service_rows
from orchestrator.experiments.experiment import Experiment, Facts, Saved, Shown, host_added
from orchestrator.model.blocks import LOCUST_WORKER, WRK
from orchestrator.model.catalogue import beginning
from orchestrator.model.outlook import Outlook
from orchestrator.model.settings import PlannedTrial
from orchestrator.words import counted

PAIR_OVERHEAD_S = 0.2
"""Seconds between the slices of a pair: until all answers have come and connections are closed."""
SERVICE_OVERHEAD_S = 20.0
"""Seconds to start and remove the containers of a service, and for its counted pair."""


def blank(plan: CrossCheckPlan, facts: Facts) -> CrossCheck:
    """The record before anything is measured."""
    return CrossCheck(
        schema=CROSSCHECK_SCHEMA,
        run_id=facts.run_id,
        started_at=facts.started_at,
        finished_at=None,
        command=facts.command,
        settings=plan.settings,
        tools=(),
        host=facts.host,
        layout=plan.loading.placement.layout,
    )


def left(plan: CrossCheckPlan, _record: CrossCheck) -> tuple[PlannedTrial, ...]:
    """All trials: a cross-check cannot be resumed."""
    return plan.trials


def outlook(plan: CrossCheckPlan, _record: CrossCheck) -> Outlook:
    """How many pairs there are, and how long they take."""
    services, settings = len(plan.trials), plan.settings
    if settings.pairs is not None:
        service_s = SERVICE_OVERHEAD_S + settings.pairs * (2 * settings.seconds + PAIR_OVERHEAD_S)
        how, much = f"{settings.pairs} pairs each", "about"
    else:
        service_s = SERVICE_OVERHEAD_S + (settings.budget_s or 0)
        how, much = f"each until it is within {(settings.within or 0) * 100:g} %", "at most about"
    text = (
        f"{beginning(settings.set_name)}{counted(services, 'service')}, {how}: "
        f"{much} {clock_time(services * service_s)}"
    )
    return Outlook(text=text, trials=services, left=services, trial_s=service_s)


def all_well(record: CrossCheck) -> bool:
    """Whether every service was checked, and both ends counted the same."""
    failed = any(check.reason for check in record.services)
    return not failed and all(row.counts_agree for row in service_rows(record))


CROSSCHECK: Experiment[CrossCheckSettings, CrossCheckPlan, CrossCheck] = Experiment(
    name="crosscheck",
    text="compare the lab's own client with wrk, and count the requests at both ends",
    tools=(LOCUST_WORKER, WRK),
    options=add_options,
    settings=chosen,
    problems=planning.problems,
    plan=planning.plan,
    blank=blank,
    left=left,
    outlook=outlook,
    run=run,
    watched=host_added,
    saved=Saved(file=RECORD, prefix="crosscheck-", raw=False, files=crosscheck_files, read=read),
    shown=Shown(
        page=PAGE,
        title="Cross-checks with wrk",
        tables=lambda record: (rates(record), counts(record)),
        tables_alone=True,
    ),
    findings=findings,
    all_well=all_well,
)
