"""`lab instructions`: user-space instructions for a request, with CPU time beside them."""

from __future__ import annotations

from orchestrator.durations import clock_time
from orchestrator.experiments.experiment import Experiment, Facts, Saved, Shown, host_added
from orchestrator.experiments.instructions import plan as planning
from orchestrator.experiments.instructions.audit import findings
from orchestrator.experiments.instructions.document import (
    PAGE,
    RECORD,
    instructions_files,
    read,
    rows_document,
)
from orchestrator.experiments.instructions.options import add_options, chosen
from orchestrator.experiments.instructions.plan import InstructionsPlan
from orchestrator.experiments.instructions.record import (
    INSTRUCTIONS_SCHEMA,
    InstructionsRecord,
    InstructionsSettings,
)
from orchestrator.experiments.instructions.run import run
from orchestrator.experiments.instructions.tables import counts
from orchestrator.model.blocks import LOCUST_WORKER
from orchestrator.model.catalogue import beginning
from orchestrator.model.outlook import Outlook
from orchestrator.model.settings import PlannedTrial
from orchestrator.words import counted

START_S, REQUEST_S, CPU_TIME_S = 3.0, 0.004, 6.0
"""About how long a count takes: its start, and each request; and the CPU time of a service."""


def blank(plan: InstructionsPlan, facts: Facts) -> InstructionsRecord:
    """The record before anything is counted."""
    return InstructionsRecord(
        schema=INSTRUCTIONS_SCHEMA,
        run_id=facts.run_id,
        started_at=facts.started_at,
        finished_at=None,
        command=facts.command,
        settings=plan.settings,
        host=facts.host,
        layout=plan.loading.placement.layout,
    )


def left(plan: InstructionsPlan, _record: InstructionsRecord) -> tuple[PlannedTrial, ...]:
    """All services: such a run cannot be resumed."""
    return plan.trials


def outlook(plan: InstructionsPlan, _record: InstructionsRecord) -> Outlook:
    """How many counts there are, and about how long they take."""
    services, settings = len(plan.trials), plan.settings
    counts = settings.seeds * settings.repeats
    service_s = counts * (START_S + REQUEST_S * settings.requests) + CPU_TIME_S
    text = (
        f"{beginning(settings.set_name)}{counted(services, 'service')}, {counts} counts each: "
        f"about {clock_time(services * service_s)} under callgrind"
    )
    return Outlook(text=text, trials=services, left=services, trial_s=service_s)


def all_well(record: InstructionsRecord) -> bool:
    """Whether every service was counted."""
    return not any(service.reason for service in record.services)


INSTRUCTIONS: Experiment[InstructionsSettings, InstructionsPlan, InstructionsRecord] = Experiment(
    name="instructions",
    text="count the servers' user-space instructions for a request",
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
    saved=Saved(
        file=RECORD, prefix="instructions-", raw=False, files=instructions_files, read=read
    ),
    shown=Shown(
        page=PAGE,
        title="Instructions for a request",
        tables=lambda record: (counts(record),),
        tables_alone=True,
        document=rows_document,
    ),
    findings=findings,
    all_well=all_well,
)
