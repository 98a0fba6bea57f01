"""The cross-check's loop: two clients take turns on the same server; every pair is saved."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import replace

from orchestrator.bench.bench import Bench
from orchestrator.bench.served import Served, served
from orchestrator.bench.verify import check as keeps_contract
from orchestrator.bench.verify import probed
from orchestrator.errors import EnvironmentMissing, TrialFailed, unforeseen
from orchestrator.experiments.crosscheck.ends import Ends
from orchestrator.experiments.crosscheck.plan import CrossCheckPlan
from orchestrator.experiments.crosscheck.ratios import enough, ratio
from orchestrator.experiments.crosscheck.record import CrossCheck, ServiceCheck
from orchestrator.experiments.crosscheck.turns import LAB, WRK, Turns, turns
from orchestrator.experiments.crosscheck.wrk import RequestCounter, Wrk, tools
from orchestrator.model.blocks import WRK as WRK_BLOCK
from orchestrator.model.blocks import WRK_COUNTER
from orchestrator.model.settings import PlannedTrial
from orchestrator.model.trial import TrialPhase

SAVES_EVERY_S = 5.0
"""Seconds between two savings of the record: writing it takes CPU time between the slices."""

Steps = Generator[CrossCheck, None, None]
"""The record, yielded again whenever it has grown."""


def run(plan: CrossCheckPlan, record: CrossCheck, bench: Bench) -> Steps:
    """Check each of the plan's services once; yields the record every few seconds.

    Raises:
        EnvironmentMissing: wrk or nftables cannot be run, or the engine does not answer any more.
    """
    wrk = bench.containers[WRK_BLOCK]
    ends = Ends(
        wrk=Wrk(bench.engine, wrk, plan),
        server_end=RequestCounter(bench.engine, bench.containers[WRK_COUNTER], wrk),
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
    """A service's results, yielded again when they have grown, with the reason of a failure."""
    manifest = trial.entry.manifest
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
            phase = TrialPhase.VERIFY
            keeps_contract(probed(its.server, trial), its.server, trial)
            phase = TrialPhase.LOAD
            with turns(plan, trial, its.server, bench, ends) as both:
                check = replace(check, counted=both.counted())
                yield check
                with closing(_pairs(plan, check, both, its, bench)) as found:
                    for check in found:
                        yield check  # before the note, so that an interrupt finds it saved
                        bench.progress.note(f"{where}: {said(check)}")
            phase = TrialPhase.STOP
    except (KeyboardInterrupt, EnvironmentMissing):  # without an engine, the run ends, too
        if check.counted is not None:
            yield check  # what was measured is saved before the error goes on
        raise
    except Exception as error:  # noqa: BLE001 - an error in one service must not end the run
        failure = error if isinstance(error, TrialFailed) else unforeseen(error)
        bench.progress.note(f"{where}: failed in {phase}: {failure}")
        if phase is not TrialPhase.STOP:  # by then everything was measured
            reason = f"{phase}: {failure}"
            yield replace(check, reason=reason, log_tail=failure.log_tail or None)


def _pairs(
    plan: CrossCheckPlan, check: ServiceCheck, both: Turns, its: Served, bench: Bench
) -> Generator[ServiceCheck, None, None]:
    """The check with its pairs so far: every few seconds, at the end, and before an error.

    Raises:
        TrialFailed: a client or a companion has ended.
    """
    settings, clock = plan.settings, bench.clock
    with both.timed() as turn:
        begin = saved = clock.monotonic()
        try:
            while not enough(check, settings):
                pair = turn(first=(WRK, LAB)[len(check.pairs) % 2])
                if (ended := its.ended()) is not None:
                    raise ended
                now = clock.monotonic()
                check = replace(check, pairs=(*check.pairs, pair), seconds=now - begin)
                if now - saved >= SAVES_EVERY_S:
                    saved = now
                    yield check
        except (Exception, KeyboardInterrupt):
            yield check  # what was measured is saved before the error goes on
            raise
        yield check


def said(check: ServiceCheck) -> str:
    """How far a service's check is, in words."""
    pairs, found = len(check.pairs), ratio(check)
    if found is None:
        return f"{pairs} pairs"
    if found.low is None or found.high is None:
        return f"{pairs} pairs, lab / wrk {found.median:.3f}"
    return f"{pairs} pairs, lab / wrk {found.median:.3f} ({found.low:.3f} to {found.high:.3f})"
