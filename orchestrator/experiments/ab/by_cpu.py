"""Launches one after the other: the CPU time of both sides, in the same slices on one CPU."""

from __future__ import annotations

import random
from dataclasses import replace

from orchestrator.bench.bench import Bench
from orchestrator.bench.instructions import SEEDS
from orchestrator.bench.paced import Pace, Servers, pace_for
from orchestrator.bench.together import launched
from orchestrator.errors import TrialFailed
from orchestrator.experiments.ab.launch import (
    SLICE_S,
    SLICES,
    Specs,
    closed_pair,
    costs,
    slice_of,
)
from orchestrator.experiments.ab.lost import without
from orchestrator.experiments.ab.plan import ABPlan
from orchestrator.experiments.ab.record import ABRecord, Launch, Steps


def launches(plan: ABPlan, record: ABRecord, specs: Specs, bench: Bench) -> Steps:
    """Launch without an end; yield the record after each launch.

    Raises:
        TrialFailed: two launches in a row failed, or the first one did.
    """
    draw = random.Random(plan.settings.seed)
    began = bench.clock.monotonic()
    with bench.load.slices(plan.settings.workload, plan.loading) as load:
        while True:
            seed = draw.randrange(SEEDS)
            number = len(record.launches) + len(record.lost)
            containers = specs.of(number)
            try:
                with launched(containers, seed, bench.engine, load, specs.companions) as servers:
                    pace = _warm(servers, record, draw, shared=plan.loading.placement.shared)
                    used = [servers.slice(pace, draw.randrange(SEEDS)) for _ in range(SLICES)]
                    closed = closed_pair(servers, head_first=number % 2 == 0)
            except TrialFailed as failure:
                record = without(record, seed, bench.clock.monotonic() - began, failure)
            else:
                launch = Launch(
                    seed=seed,
                    order=tuple(containers),
                    at_s=bench.clock.monotonic() - began,
                    slices=tuple(map(slice_of, used)),
                    closed=(closed,),
                    lasted=servers.strain.lasted,
                    idle=servers.strain.idle,
                )
                record = replace(
                    record,
                    requests=pace.requests,
                    rate=pace.rate,
                    launches=(*record.launches, launch),
                )
            yield record


def _warm(servers: Servers, record: ABRecord, draw: random.Random, *, shared: bool) -> Pace:
    """Warm the servers up; return the pace that fits what a request cost in the last launch.

    So the CPU stays as free as planned, even if the machine gets slower.
    """
    if not record.launches:
        servers.warm_up(None, draw.randrange(SEEDS))
        return servers.pace(draw.randrange(SEEDS), SLICE_S, shared=shared)
    pace = pace_for(costs(record.launches[-1]), SLICE_S, shared=shared)
    servers.warm_up(pace.rate, draw.randrange(SEEDS))
    return pace
