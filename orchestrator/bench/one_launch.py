"""One launch of all services at once: every container is new, and each workload is measured."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orchestrator.bench.bench import Bench
from orchestrator.bench.instructions import SEEDS
from orchestrator.bench.paced import Pace, Strain
from orchestrator.bench.servers_failed import ServersFailed
from orchestrator.bench.together import Running, started
from orchestrator.errors import EnvironmentMissing, TrialFailed, unforeseen
from orchestrator.model.entry import ContainerSpec
from orchestrator.model.together import LOAD, REFERENCE, Together
from orchestrator.model.trial import TrialPhase
from orchestrator.ports import SliceLoad

SLICE_S = 0.25
STARTS_AT_ONCE = 2
"""Nine containers started in 2.1 s one by one, in 1.6 s two at a time, and hardly faster with more:
the engine needs CPU time for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a launch showed of one workload; see `TogetherLaunch`."""

    order: tuple[str, ...]
    pace: Pace
    slices: tuple[dict[str, float], ...]
    strain: Strain
    user_s: dict[str, float]
    system_s: dict[str, float]


class LaunchFailed(Exception):
    """A launch failed.

    ``failures``: workload -> the name of each server that it must do without (`LOAD`: the load has
    failed), and why.
    """

    def __init__(self, phase: TrialPhase, failures: Mapping[str, Mapping[str, TrialFailed]]):
        super().__init__()
        self.phase, self.failures = phase, failures


def launch(
    specs: Mapping[str, ContainerSpec],
    known: Sequence[Together],
    seed: int,
    draw: random.Random,
    bench: Bench,
    load: SliceLoad,
    *,
    slices: int,
    shared: bool,
) -> dict[str, Seen]:
    """Start everything in a random order, measure each workload; workload -> what was seen.

    Args:
        specs: the container of each service, and of the reference.
        known: of each workload which services take part, and the pace of earlier launches.
        seed: Python's hash seed.
        slices: of each workload.
        shared: whether the load runs on the server's CPU.

    Raises:
        LaunchFailed: names everything that failed.
        EnvironmentMissing: the engine does not answer any more.
    """
    names = {REFERENCE, *(name for one in known for name in one.services)}
    order = draw.sample(sorted(names), len(names))
    phase, concerned, found = TrialPhase.START, list(known), dict[str, Seen]()
    try:
        in_order = {name: specs[name] for name in order}
        with started(in_order, seed, bench.engine, load, at_once=STARTS_AT_ONCE) as running:
            for one in known:
                phase, concerned = TrialPhase.LOAD, [one]
                found[one.workload] = _seen(one, order, draw, running, slices, shared=shared)
            phase, concerned = TrialPhase.STOP, list(known)
    except ServersFailed as failed:
        raise LaunchFailed(phase, _by_workload(concerned, failed)) from failed
    except EnvironmentMissing:
        raise
    except Exception as error:
        why = error if isinstance(error, TrialFailed) else unforeseen(error)
        raise LaunchFailed(phase, {one.workload: {LOAD: why} for one in known}) from error
    return found


def _seen(
    one: Together,
    order: Sequence[str],
    draw: random.Random,
    running: Running,
    slices: int,
    *,
    shared: bool,
) -> Seen:
    own = [name for name in order if name in {REFERENCE, *one.services}]
    servers, pace = running.aimed(own, one.workload), _pace_of(one)
    servers.warm_up(pace.rate if pace else None, draw.randrange(SEEDS))
    pace = pace or servers.pace(draw.randrange(SEEDS), SLICE_S, shared=shared)
    before = servers.modes()
    seen = tuple(servers.slice(pace, draw.randrange(SEEDS)) for _ in range(slices))
    after = servers.modes()
    both = before.keys() & after.keys()
    return Seen(
        order=tuple(own),
        pace=pace,
        slices=seen,
        strain=servers.strain,
        user_s={name: after[name].user_s - before[name].user_s for name in own if name in both},
        system_s={
            name: after[name].system_s - before[name].system_s for name in own if name in both
        },
    )


def _pace_of(one: Together) -> Pace | None:
    """The pace of earlier launches; None before the first."""
    if one.requests is None or one.rate is None:
        return None
    return Pace(requests=one.requests, rate=one.rate)


def _by_workload(
    known: Sequence[Together], failed: ServersFailed
) -> dict[str, dict[str, TrialFailed]]:
    """The failures of each workload in which the server takes part."""
    return {
        one.workload: {
            name: why for name, why in failed.failures.items() if name in {REFERENCE, *one.services}
        }
        for one in known
    }
