"""`lab run`, the protocol of 2019: users rise in steps; then the load holds the best step."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import replace

from orchestrator.audit.record import audit_record
from orchestrator.bench.bench import Bench
from orchestrator.bench.trials import measure_trials, missing_trials
from orchestrator.codec import decode
from orchestrator.durations import clock_time
from orchestrator.experiments.experiment import Experiment, Resuming, Saved, Shown
from orchestrator.experiments.load import at_once
from orchestrator.experiments.load import plan as planning
from orchestrator.experiments.load.comparable import comparable
from orchestrator.experiments.load.method import LoadMethod
from orchestrator.experiments.load.options import add_options, chosen, resumed
from orchestrator.experiments.load.record import (
    PAGE,
    RECORD,
    all_measured,
    blank,
    complete,
    files,
    kept,
    watched,
)
from orchestrator.experiments.load.report import derived
from orchestrator.model.blocks import LOCUST_WORKER
from orchestrator.model.catalogue import beginning
from orchestrator.model.outlook import Outlook
from orchestrator.model.record import RunRecord
from orchestrator.model.settings import Plan, PlannedTrial, Settings
from orchestrator.model.together import REFERENCE
from orchestrator.report.summary import run_summary
from orchestrator.report.tables import tables
from orchestrator.words import counted

OVERHEAD_S = 3.0
"""Seconds that a trial takes beyond its load, for the estimate of the time left."""


def left(plan: Plan, record: RunRecord) -> tuple[PlannedTrial, ...]:
    """The trials that are not measured yet; all of them if launches of all services are to come."""
    trials = missing_trials(plan.trials, record)
    launches = at_once.wanted(plan.settings, plan.loading.profile)
    return plan.trials if launches and (trials or at_once.missing(record)) else trials


def run(plan: Plan, record: RunRecord, bench: Bench) -> Generator[RunRecord, None, None]:
    """Measure trial by trial, then all services at once; yield the record after each step.

    Launches of an earlier part of the run stay if it has all trials. Otherwise they are made anew,
    with the services that have been measured since.
    """
    record = replace(record, setup_s=bench.setup_s + (record.setup_s or 0))
    trials_missing = bool(missing_trials(plan.trials, record))
    method = LoadMethod(loading=plan.loading)
    for known in measure_trials(plan.trials, record, method, bench):
        record = known
        yield record
    if not at_once.wanted(plan.settings, plan.loading.profile):
        return
    if trials_missing:
        record = replace(record, together=())
    if at_once.missing(record):
        yield from at_once.run_at_once(plan, record, bench)


def outlook(plan: Plan, record: RunRecord) -> Outlook:
    """How many trials and launches are left, how long they take, and under which load."""
    profile, placement = plan.loading.profile, plan.loading.placement
    trial_s, count = profile.load_s + OVERHEAD_S, len(missing_trials(plan.trials, record))
    loads = ", ".join(map(str, placement.load_cpus))
    launches = at_once.wanted(plan.settings, profile) and (count or at_once.missing(record))
    without = "" if at_once.fits(plan.settings, profile) else f", {at_once.WITHOUT}"
    after_s = profile.together_s if launches else 0.0
    text = (
        f"{counted(count, 'trial')} of {profile.load_s:g} s"
        f"{f', then all services at once for {after_s:g} s' if launches else without}"
        f", about {clock_time(count * trial_s + after_s)}: {beginning(plan.settings.set_name)}"
        f"profile {profile.name}, seed {plan.settings.seed}, "
        f"server on CPU {placement.server_cpu}, load on CPU {loads}, network {placement.network}"
    )
    return Outlook(
        text=text,
        trials=len(plan.trials),
        left=count,
        trial_s=trial_s,
        after_s=after_s,
        not_offered=sum(trial.why_not is not None for trial in plan.trials),
        why_not=not_offered(plan.trials),
    )


def not_offered(trials: Iterable[PlannedTrial]) -> tuple[str, ...]:
    """A line for each reason why services do not offer a workload."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for trial in trials:
        if trial.why_not is not None:
            names = found.setdefault((trial.expectation.workload, trial.why_not), {})
            names[trial.entry.manifest.name] = None
    return tuple(
        f"{workload} is not offered by {', '.join(names)}: {why}"
        for (workload, why), names in sorted(found.items())
    )


def more_tools(plan: Plan) -> tuple[str, ...]:
    """The reference, if there are launches of all services at once."""
    return (REFERENCE,) if at_once.wanted(plan.settings, plan.loading.profile) else ()


LOAD: Experiment[Settings, Plan, RunRecord] = Experiment(
    name="run",
    text="measure services under load, and write a report",
    tools=(LOCUST_WORKER,),
    more_tools=more_tools,
    options=add_options,
    settings=chosen,
    problems=planning.settings_problems,
    plan=planning.planned,
    blank=blank,
    left=left,
    outlook=outlook,
    run=run,
    watched=watched,
    saved=Saved(file=RECORD, prefix="", raw=True, files=files, read=decode),
    shown=Shown(page=PAGE, title="All runs", tables=tables, summary=run_summary, files=derived),
    findings=audit_record,
    all_well=all_measured,
    comparable=comparable,
    resuming=Resuming(
        asked=resumed,
        settings=lambda record: record.settings,
        complete=complete,
        kept=kept,
        latest="make bench RESUME=latest",
    ),
    takes_app=True,
)
