"""A run's record: blank, updated during the run, and what it says about its trials. Pure."""

from __future__ import annotations

from dataclasses import replace

from labwire.client import Client
from orchestrator.codec import encode
from orchestrator.contract import endpoint
from orchestrator.doubts.host import kept as kept_doubts
from orchestrator.doubts.host import run_caveats
from orchestrator.experiments.experiment import Facts, HostSeen
from orchestrator.experiments.load import at_once
from orchestrator.model.host import WholeMemory
from orchestrator.model.record import SCHEMA, RunRecord
from orchestrator.model.settings import Plan
from orchestrator.model.trial import Outcome
from orchestrator.profiles import wished

RECORD, PAGE = "run.json", "report/index.html"


def blank(plan: Plan, facts: Facts) -> RunRecord:
    """The record before anything is measured."""
    expectations = {trial.expectation.workload: trial.expectation for trial in plan.trials}
    return RunRecord(
        schema=SCHEMA,
        run_id=facts.run_id,
        started_at=facts.started_at,
        finished_at=None,
        command=facts.command,
        seed=plan.settings.seed,
        settings=plan.settings,
        profile=plan.loading.profile,
        host=facts.host,
        layout=plan.loading.placement.layout,
        contract={name: endpoint(expectations[name]) for name in plan.settings.workloads},
    )


def files(record: RunRecord) -> dict[str, bytes]:
    """What is saved after each trial."""
    return {RECORD: encode(record)}


def watched(done: RunRecord, earlier: RunRecord | None, seen: HostSeen) -> RunRecord:
    """The record with what happened on the host so far, and the doubts about every row.

    For a resumed run, the worse value of its parts counts, and earlier doubts remain.

    Args:
        earlier: the record of the run that is resumed, as it was saved last.
    """
    # A part that was killed could not record what happened right before, which may be the cause.
    killed = earlier is not None and earlier.finished_at is None
    untold = earlier is not None and (killed or earlier.memory is None)
    known = [share for share in (seen.steal, done.host.steal) if share is not None]
    host = replace(done.host, steal=max(known, default=None))
    memory = None if untold else worse(done.memory, seen.memory)
    doubts = run_caveats(
        host,
        done.layout,
        wished(done.settings),
        done.profile,
        seen.neighbours,
        Client(done.settings.client).most_users(len(done.layout.load_cpus)),
        memory,
        killed=killed,
        wanted_nofile=seen.wanted_nofile,
    )
    caveats = kept_doubts(earlier.caveats if earlier else (), doubts)
    return replace(done, host=host, memory=memory, caveats=caveats)


def all_measured(record: RunRecord) -> bool:
    """Whether all that is offered was measured, and all took part in the launches of all at
    once."""
    ended = (Outcome.MEASURED, Outcome.NOT_OFFERED)
    trials = all(trial.outcome in ended for trial in record.trials)
    return trials and at_once.all_took_part(record)


def complete(record: RunRecord) -> bool:
    """Whether nothing is missing, not even what is known only at the end of a run."""
    ended = record.finished_at is not None and not record.interrupted
    trials = _measured(record) == _wanted(record)
    return ended and trials and not at_once.missing(record)


def kept(record: RunRecord) -> str:
    """What an interrupt left and how to continue, in words."""
    measured, trials = _measured(record), _wanted(record)
    app = " --app DIR" if "--app" in record.command else ""
    again = f"`lab run{app} --resume {record.run_id}`"
    if measured == trials and at_once.missing(record):
        launches = max((len(one.launches) for one in record.together), default=0)
        return (
            f"all {trials} trials and {launches} launches of all services at once are measured and "
            f"saved; continue with {again}"
        )
    if measured == trials:
        return f"everything was measured; {again} makes its report"
    return f"{measured} of {trials} trials are measured and saved; continue with {again}"


def _measured(record: RunRecord) -> int:
    return sum(trial.outcome is Outcome.MEASURED for trial in record.trials)


def _wanted(record: RunRecord) -> int:
    """The trials of workloads that are offered."""
    not_offered = sum(trial.outcome is Outcome.NOT_OFFERED for trial in record.trials)
    return record.settings.trials - not_offered


def worse(one: WholeMemory | None, other: WholeMemory | None) -> WholeMemory | None:
    """Memory of a resumed run: the higher peak of its two parts, and the sums of kills and swap."""
    if one is None or other is None:
        return one or other
    peaks = [peak for peak in (one.peak_bytes, other.peak_bytes) if peak is not None]
    return WholeMemory(
        of=other.of,
        limit_bytes=other.limit_bytes,
        peak_bytes=max(peaks, default=None),
        oom_kills=_sum(one.oom_kills, other.oom_kills),
        swapped_bytes=_sum(one.swapped_bytes, other.swapped_bytes),
    )


def _sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else one + other
