"""The cross-check's loop: two clients take turns on the same server; every pair is saved."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import replace

from labwire.events import LoadFailed, LoadResult
from orchestrator.bench.bench import Bench
from orchestrator.bench.log_tails import tails
from orchestrator.bench.served import served
from orchestrator.bench.verify import check as keeps_contract
from orchestrator.bench.verify import probed
from orchestrator.errors import EnvironmentMissing, TrialFailed, unforeseen
from orchestrator.experiments.crosscheck.ends import Ends
from orchestrator.experiments.crosscheck.plan import CrossCheckPlan
from orchestrator.experiments.crosscheck.record import (
    Counted,
    CrossCheck,
    LabSlice,
    Pair,
    Seen,
    ServiceCheck,
)
from orchestrator.experiments.crosscheck.wrk import RequestCounter, Wrk, tools
from orchestrator.model.blocks import WRK as WRK_BLOCK
from orchestrator.model.blocks import WRK_COUNTER
from orchestrator.model.settings import PlannedTrial
from orchestrator.model.trial import TrialPhase
from orchestrator.ports import Container, Load

LAB, WRK = "lab", "wrk"

Steps = Generator[CrossCheck, None, None]
"""The record, yielded again whenever it has grown."""


def run(plan: CrossCheckPlan, record: CrossCheck, bench: Bench) -> Steps:
    """Check each of the plan's services once; yields the record after each pair.

    Raises:
        EnvironmentMissing: wrk or nftables cannot be run.
    """
    wrk = bench.containers[WRK_BLOCK]
    ends = Ends(
        wrk=Wrk(bench.engine, wrk, plan),
        server_end=RequestCounter(bench.engine, bench.containers[WRK_COUNTER]),
    )
    try:
        versions = tools(bench.engine, wrk)
    except TrialFailed as failure:
        raise EnvironmentMissing(f"{failure.reason}\n{failure.log_tail}") from failure
    yield from checks(plan, replace(record, tools=versions), bench, ends)


def checks(plan: CrossCheckPlan, record: CrossCheck, bench: Bench, ends: Ends) -> Steps:
    """Like `run`, with the given other client and counter (tests bring their own)."""
    yield record
    for trial in plan.trials:
        earlier = record.services
        with closing(_service(plan, trial, bench, ends)) as found:
            for check in found:
                record = replace(record, services=(*earlier, check))
                yield record


def _service(
    plan: CrossCheckPlan, trial: PlannedTrial, bench: Bench, ends: Ends
) -> Generator[ServiceCheck, None, None]:
    """A service's results, yielded again whenever they have grown, with the reason of a failure."""
    manifest, pairs = trial.entry.manifest, plan.settings.pairs
    check = ServiceCheck(service=manifest.id, name=manifest.name, keep_alive=manifest.keep_alive)
    where = f"[{trial.order}/{len(plan.trials)}] {manifest.name}"
    bench.progress.note(f"{where}: counting at both ends")
    phase = TrialPhase.BUILD
    try:
        images = bench.images_of(trial.entry)
        if isinstance(images, TrialFailed):
            raise images
        check = replace(check, base=images[0].base)
        phase = TrialPhase.START
        with served(trial.entry, bench.engine) as its:
            server = its.server
            phase = TrialPhase.VERIFY
            keeps_contract(probed(server, trial), server, trial)
            phase = TrialPhase.LOAD
            check = replace(check, counted=_counted(plan, trial, server, bench, ends))
            yield check
            for number in range(pairs):
                first = (WRK, LAB)[number % 2]
                pair = _pair(plan, trial, server, bench, ends, first)
                if (ended := its.ended()) is not None:
                    raise ended
                check = replace(check, pairs=(*check.pairs, pair))
                bench.progress.note(f"{where} {number + 1}/{pairs}: {_said(pair)}")
                yield check
            phase = TrialPhase.STOP
    except Exception as error:  # noqa: BLE001 - an error in one service must not end the run
        failure = error if isinstance(error, TrialFailed) else unforeseen(error)
        bench.progress.note(f"{where}: failed in {phase}: {failure}")
        if phase is not TrialPhase.STOP:  # by then everything was measured
            reason = f"{phase}: {failure}"
            yield replace(check, reason=reason, log_tail=failure.log_tail or None)


def _counted(
    plan: CrossCheckPlan, trial: PlannedTrial, server: Container, bench: Bench, ends: Ends
) -> Counted:
    """One slice of each client, also counted at the server's end; it also warms the server up."""
    ends.server_end.begin(server)
    wrk = ends.wrk.slice(server, trial.expectation, compared=True)
    wrk_seen = ends.server_end.seen(server)
    lab = _lab_slice(plan, trial, server, bench)
    # The rules stay in place between the clients. They remember what they have seen, so a segment
    # that the kernel sends again for wrk's last connections is not counted as a new request.
    both_seen = ends.server_end.seen(server)
    ends.server_end.end(server)
    lab_seen = Seen(
        requests=both_seen.requests - wrk_seen.requests,
        segments=both_seen.segments - wrk_seen.segments,
    )
    return Counted(wrk=wrk, wrk_seen=wrk_seen, lab=lab, lab_seen=lab_seen)


def _pair(
    plan: CrossCheckPlan,
    trial: PlannedTrial,
    server: Container,
    bench: Bench,
    ends: Ends,
    first: str,
) -> Pair:
    """Both clients, one right after the other, so that slow drift of the host affects both."""
    if first == WRK:
        wrk = ends.wrk.slice(server, trial.expectation, compared=False)
        return Pair(first=first, wrk=wrk, lab=_lab_slice(plan, trial, server, bench))
    lab = _lab_slice(plan, trial, server, bench)
    wrk = ends.wrk.slice(server, trial.expectation, compared=False)
    return Pair(first=first, wrk=wrk, lab=lab)


def _lab_slice(
    plan: CrossCheckPlan, trial: PlannedTrial, server: Container, bench: Bench
) -> LabSlice:
    with bench.load.at(server, trial.expectation.workload, plan.loading) as load:
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
    """A slice, from the result of a load of one step.

    Raises:
        TrialFailed: the load did not have exactly one step.
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
