"""Launches one after the other: the CPU time of both sides, in the same slices on one CPU."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from orchestrator.bench.bench import Bench
from orchestrator.bench.instructions import SEEDS
from orchestrator.bench.together import Pace, launched
from orchestrator.experiments.ab.launch import SLICE_S, SLICES, Specs, closed_pair, slice_of
from orchestrator.experiments.ab.plan import ABPlan
from orchestrator.experiments.ab.record import ABRecord, Launch


def launches(plan: ABPlan, record: ABRecord, specs: Specs, bench: Bench) -> Iterator[ABRecord]:
    """Launch without an end; yield the record after each launch.

    Raises:
        TrialFailed: a container did not start, or a request failed.
    """
    draw = random.Random(plan.settings.seed)
    settings, shared = plan.settings, plan.loading.placement.shared
    began = bench.clock.monotonic()
    with bench.load.slices(settings.workload, plan.loading) as load:
        while True:
            number, seed = len(record.launches), draw.randrange(SEEDS)
            containers = specs.of(number)
            with launched(containers, seed, bench.engine, load) as trio:
                trio.warm_up(record.rate, draw.randrange(SEEDS))
                if record.requests is None or record.rate is None:
                    found = trio.pace(draw.randrange(SEEDS), SLICE_S, shared=shared)
                    record = replace(record, requests=found.requests, rate=found.rate)
                speed = Pace(requests=record.requests or 0, rate=record.rate or 0.0)
                used = [trio.slice(speed, draw.randrange(SEEDS)) for _ in range(SLICES)]
                closed = closed_pair(trio, head_first=number % 2 == 0)
            launch = Launch(
                seed=seed,
                order=tuple(containers),
                at_s=bench.clock.monotonic() - began,
                slices=tuple(map(slice_of, used)),
                closed=(closed,),
            )
            record = replace(record, launches=(*record.launches, launch))
            yield record
