"""Launches of all services at once, one after the other, for a time that is fixed beforehand."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from orchestrator.bench.bench import Bench
from orchestrator.bench.instructions import SEEDS
from orchestrator.bench.one_launch import LaunchFailed, Seen, launch
from orchestrator.model.entry import ContainerSpec
from orchestrator.model.settings import Loading
from orchestrator.model.together import LOAD, REFERENCE, LeftOut, Together, TogetherLaunch
from orchestrator.model.trial import FAILED, TrialPhase
from orchestrator.stats.launches import LAUNCHES_LEAST


def goes_on(one: Together) -> bool:
    """Whether anything is left to measure: a service, the reference, and the load."""
    gone = {left.service for left in one.left_out}
    return bool(one.services) and not gone & {REFERENCE, LOAD}


def spent(known: Sequence[Together], budget_s: float) -> bool:
    """Whether nothing can go on, or there are enough launches and no time for another one.

    The next launch may take as long as the longest so far. The first one does not count, since it
    also finds the pace.
    """
    on = [one for one in known if goes_on(one)]
    if not on:
        return bool(known)
    ends = [0.0, *(one.at_s for one in on[0].launches)]
    if len(ends) <= LAUNCHES_LEAST:
        return False
    longest = max(later - earlier for earlier, later in pairwise(ends[1:]))
    return ends[-1] + longest > budget_s


def measured_at_once(
    specs: Mapping[str, ContainerSpec],
    known: Sequence[Together],
    budget_s: float,
    seed: int,
    loading: Loading,
    bench: Bench,
    *,
    slices: int,
) -> Iterator[tuple[Together, ...]]:
    """Launch until the time is spent; yield what is known of each workload after each launch.

    A service that does not start is left out, and the launch is made again without it. One whose
    requests fail has a second chance: a server may close a connection that was idle for long just
    when the next request is on its way. What was measured of it stays. If the reference or the load
    fails, the launches end.

    Args:
        specs: the container of each service, and of the reference.
        known: of each workload, which services take part, and what earlier launches showed.
        budget_s: seconds for all launches, those in ``known`` included.
        seed: of the orders and of Python's hash seeds.
        slices: of each workload in a launch.
    """
    before_s = max((one.launches[-1].at_s for one in known if one.launches), default=0.0)
    began = bench.clock.monotonic() - before_s
    shared = loading.placement.shared
    with bench.load.slices(known[0].workload, loading) as load:
        while not spent(known, budget_s):
            draw = _draw(seed, known)
            hash_seed, on = draw.randrange(SEEDS), list(filter(goes_on, known))
            try:
                seen = launch(specs, on, hash_seed, draw, bench, load, slices=slices, shared=shared)
            except LaunchFailed as failed:
                bench.progress.note("\n".join(_told(failed, known)))
                known = [_after(one, failed) for one in known]
            else:
                at_s = bench.clock.monotonic() - began
                known = [_with(one, seen, hash_seed, at_s) for one in known]
            yield tuple(known)


def _draw(seed: int, known: Sequence[Together]) -> random.Random:
    """What decides the next launch's order and hash seed; another one if it is made again."""
    launches = max(len(one.launches) for one in known)
    left = sum(len(one.left_out) + len(one.failed_once) for one in known)
    return random.Random(f"{seed} {launches} {left}")


def _with(one: Together, seen: Mapping[str, Seen], hash_seed: int, at_s: float) -> Together:
    if one.workload not in seen:
        return one
    found = seen[one.workload]
    new = TogetherLaunch(
        seed=hash_seed,
        order=found.order,
        at_s=at_s,
        slices=found.slices,
        lasted=found.strain.lasted,
        idle=found.strain.idle,
        user_s=found.user_s,
        system_s=found.system_s,
    )
    return replace(
        one,
        rate=found.pace.rate,
        requests=found.pace.requests,
        launches=(*one.launches, new),
    )


def _after(one: Together, failed: LaunchFailed) -> Together:
    """Without the servers that failed, except those that have a second chance."""
    failures = failed.failures.get(one.workload, {})
    out = tuple(
        LeftOut(service=name, phase=failed.phase, reason=why.reason, log_tail=why.log_tail or None)
        for name, why in failures.items()
    )
    forgiven = tuple(each for each in out if _second_chance(one, failed, each.service))
    gone = tuple(each for each in out if each not in forgiven)
    names = {each.service for each in gone}
    fewer = any(name in one.services for name in names)
    # The pace is found anew, since it is one of all together.
    return replace(
        one,
        services=tuple(name for name in one.services if name not in names),
        rate=None if fewer else one.rate,
        requests=None if fewer else one.requests,
        left_out=(*one.left_out, *gone),
        failed_once=(*one.failed_once, *forgiven),
    )


def _second_chance(one: Together, failed: LaunchFailed, name: str) -> bool:
    """Whether a server is started once more: its requests failed for the first time."""
    before = {each.service for each in one.failed_once}
    return failed.phase is TrialPhase.LOAD and name not in {LOAD, *before}


def _told(failed: LaunchFailed, known: Sequence[Together]) -> Iterator[str]:
    for one in known:
        for name, why in failed.failures.get(one.workload, {}).items():
            again = _second_chance(one, failed, name)
            becomes = "has a second chance" if again else "is left out"
            yield f"{name} {becomes} under {one.workload}: it {FAILED[failed.phase]}: {why.reason}"
