"""The cross-check's loop: two clients in turns on the same server, and nothing measured is lost."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, replace

from labwire.events import LoadFailed, LoadResult
from orchestrator.bench.trial import tails
from orchestrator.bench.verify import check as keeps_contract
from orchestrator.bench.verify import probed
from orchestrator.errors import TrialFailed, unforeseen
from orchestrator.model.crosscheck import Counted, CrossCheck, LabSlice, Pair, Seen, ServiceCheck
from orchestrator.model.settings import Plan, PlannedTrial
from orchestrator.model.trial import Phase
from orchestrator.ports import (
    Clock,
    Container,
    Engine,
    Load,
    LoadGenerator,
    Progress,
    ReferenceClient,
    ServerEnd,
)

LAB, WRK = "lab", "wrk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a cross-check needs of the world."""

    engine: Engine
    lab: LoadGenerator
    wrk: ReferenceClient
    server_end: ServerEnd
    progress: Progress
    clock: Clock


def check_all(
    plan: Plan, record: CrossCheck, bench: Bench, save: Callable[[CrossCheck], CrossCheck]
) -> CrossCheck:
    """Check each of the plan's services once; ``save`` keeps what is known after each pair.

    An interruption ends it; what was measured stays, and the record says that it is not all.
    """
    try:
        record = save(record)
        for trial in plan.trials:
            earlier = record.services
            with closing(_service(plan, trial, bench)) as checks:
                for check in checks:
                    record = replace(record, services=(*earlier, check))
                    record = save(record)
    except KeyboardInterrupt:
        record = replace(record, interrupted=True)
        bench.progress.note("interrupted: what was measured is saved")
    record = replace(record, finished_at=bench.clock.utc())
    return save(record)


def _service(plan: Plan, trial: PlannedTrial, bench: Bench) -> Generator[ServiceCheck, None, None]:
    """What is known of a service, again and again as it becomes more; a failure is kept in it."""
    manifest = trial.entry.manifest
    check = ServiceCheck(service=manifest.id, name=manifest.name, keep_alive=manifest.keep_alive)
    where = f"[{trial.order}/{len(plan.trials)}] {manifest.name}"
    bench.progress.note(f"{where}: counting at both ends")
    phase = Phase.BUILD
    try:
        check = replace(check, base=bench.engine.build(manifest.id).base)
        phase = Phase.START
        with bench.engine.start(trial.entry.container) as server:
            phase = Phase.VERIFY
            keeps_contract(probed(server, trial), server, trial)
            phase = Phase.LOAD
            check = replace(check, counted=_counted(plan, trial, server, bench))
            yield check
            for number in range(plan.settings.repeats):
                pair = _pair(plan, trial, server, bench, first=(WRK, LAB)[number % 2])
                check = replace(check, pairs=(*check.pairs, pair))
                bench.progress.note(f"{where} {number + 1}/{plan.settings.repeats}: {_said(pair)}")
                yield check
            phase = Phase.STOP
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one service ends no other
        failure = error if isinstance(error, TrialFailed) else unforeseen(error)
        bench.progress.note(f"{where}: failed in {phase}: {failure}")
        if phase is not Phase.STOP:  # by then all was measured
            reason = f"{phase}: {failure}"
            yield replace(check, reason=reason, log_tail=failure.log_tail or None)


def _counted(plan: Plan, trial: PlannedTrial, server: Container, bench: Bench) -> Counted:
    """One slice each, counted at the server's end too; it also warms the server up."""
    bench.server_end.begin(server)
    wrk = bench.wrk.slice(server, trial.expectation, compared=True)
    wrk_seen = bench.server_end.seen(server)
    lab = _lab_slice(plan, trial, server, bench)
    # Not counted anew: what the kernel still sends for wrk's last connections is known by then.
    both_seen = bench.server_end.seen(server)
    bench.server_end.end(server)
    lab_seen = Seen(
        requests=both_seen.requests - wrk_seen.requests,
        segments=both_seen.segments - wrk_seen.segments,
    )
    return Counted(wrk=wrk, wrk_seen=wrk_seen, lab=lab, lab_seen=lab_seen)


def _pair(plan: Plan, trial: PlannedTrial, server: Container, bench: Bench, first: str) -> Pair:
    """Both clients, one right after the other: what drifts more slowly hits both alike."""
    if first == WRK:
        wrk = bench.wrk.slice(server, trial.expectation, compared=False)
        return Pair(first=first, wrk=wrk, lab=_lab_slice(plan, trial, server, bench))
    lab = _lab_slice(plan, trial, server, bench)
    wrk = bench.wrk.slice(server, trial.expectation, compared=False)
    return Pair(first=first, wrk=wrk, lab=lab)


def _lab_slice(plan: Plan, trial: PlannedTrial, server: Container, bench: Bench) -> LabSlice:
    with bench.lab.at(server, trial.expectation.workload, plan) as load:
        try:
            return lab_slice(_result(load))
        except TrialFailed as failure:
            raise TrialFailed(failure.reason, tails(load.logs())) from failure


def _result(load: Load) -> LoadResult:
    for event in load.events():
        if isinstance(event, LoadFailed):
            raise TrialFailed(event.reason)
        if isinstance(event, LoadResult):
            return event
    raise TrialFailed("the Locust master ended without a result")


def lab_slice(result: LoadResult) -> LabSlice:
    """A load of one step.

    Raises:
        TrialFailed: it had another number of steps, and would be no slice.
    """
    if len(result.steps) != 1:
        raise TrialFailed(f"a slice has one step, not {len(result.steps)}")
    (step,) = result.steps
    return LabSlice(
        requests=step.requests,
        failures={kind: count for kind, count in step.failures.items() if count},
        unfinished=step.unfinished,
        completed=step.completed,
        duration_s=step.duration_s,
        connects=step.connects,
        idle=step.idle,
    )


def _said(pair: Pair) -> str:
    ratio = f"{pair.lab.rps / pair.wrk.rps:.3f}" if pair.wrk.rps else "-"
    return f"lab {pair.lab.rps:,.0f}, wrk {pair.wrk.rps:,.0f} requests/s, ratio {ratio}"
