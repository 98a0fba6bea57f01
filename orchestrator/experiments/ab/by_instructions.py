"""Hash seed after hash seed: the user-space instructions of both sides."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from orchestrator.bench.bench import Bench
from orchestrator.bench.instructions import REQUESTS, SEEDS, counted
from orchestrator.experiments.ab.launch import Specs
from orchestrator.experiments.ab.plan import ABPlan
from orchestrator.experiments.ab.record import ABRecord, Counts
from orchestrator.model.counted_by import CountedBy
from orchestrator.model.entry import ContainerSpec
from orchestrator.model.settings import PlannedTrial


def counts(plan: ABPlan, record: ABRecord, specs: Specs, bench: Bench) -> Iterator[ABRecord]:
    """Count without an end; yield the record after each hash seed.

    The base is counted twice under each seed: the A/A pair.

    Raises:
        TrialFailed: a container did not start, a request failed, or nothing could count.
    """
    draw = random.Random(plan.settings.seed)
    by = record.counted_by or bench.engine.counts_by()
    began = bench.clock.monotonic()
    while True:
        seed = draw.randrange(SEEDS)
        base, again = (_count(plan.base, specs.base, by, seed, bench) for _ in range(2))
        head = _count(plan.head, specs.head, by, seed, bench)
        one = Counts(
            seed=seed,
            at_s=bench.clock.monotonic() - began,
            base=base,
            again=again,
            head=head,
        )
        record = replace(record, counted_by=by, requests=REQUESTS, counts=(*record.counts, one))
        yield record


def _count(
    trial: PlannedTrial, spec: ContainerSpec, by: CountedBy, seed: int, bench: Bench
) -> float:
    subject = replace(trial, entry=replace(trial.entry, container=spec))
    return counted(subject, bench.engine, by, seed, REQUESTS).instructions_per_request
