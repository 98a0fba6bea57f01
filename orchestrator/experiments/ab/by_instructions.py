"""Hash seed after hash seed: the user-space instructions of both sides."""

from __future__ import annotations

import random
from dataclasses import replace

from orchestrator.bench.bench import Bench
from orchestrator.bench.instructions import REQUESTS, SEEDS, counted
from orchestrator.bench.servers_failed import failure_of
from orchestrator.errors import TrialFailed
from orchestrator.experiments.ab.launch import AGAIN, BASE, HEAD, Specs
from orchestrator.experiments.ab.lost import without
from orchestrator.experiments.ab.plan import ABPlan
from orchestrator.experiments.ab.record import ABRecord, Counts, Steps
from orchestrator.model.settings import PlannedTrial


def counts(plan: ABPlan, record: ABRecord, specs: Specs, bench: Bench) -> Steps:
    """Count without an end; yield the record after each hash seed.

    The base is counted twice under each seed: the A/A pair.

    Raises:
        TrialFailed: it failed under two seeds in a row, or under the first one.
    """
    draw = random.Random(plan.settings.seed)
    began = bench.clock.monotonic()
    base = replace(plan.base, entry=specs.base)
    trials = {BASE: base, AGAIN: base, HEAD: replace(plan.head, entry=specs.head)}
    while True:
        seed = draw.randrange(SEEDS)
        try:
            found = {role: _count(role, trials[role], record, seed, bench) for role in trials}
        except TrialFailed as failure:
            record = without(record, seed, bench.clock.monotonic() - began, failure)
        else:
            at_s = bench.clock.monotonic() - began
            one = Counts(
                seed=seed, at_s=at_s, base=found[BASE], again=found[AGAIN], head=found[HEAD]
            )
            record = replace(record, requests=REQUESTS, counts=(*record.counts, one))
        yield record


def _count(role: str, trial: PlannedTrial, record: ABRecord, seed: int, bench: Bench) -> float:
    by = record.counted_by or bench.engine.counts_by()
    with failure_of(role):
        return counted(trial, bench.engine, by, seed, REQUESTS).instructions_per_request
