"""Hash seed after hash seed: the instructions of both sides."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.bench.bench import Bench
from orchestrator.experiments.ab.launch import Specs
from orchestrator.experiments.ab.plan import ABPlan
from orchestrator.experiments.ab.record import ABRecord


def counts(plan: ABPlan, record: ABRecord, specs: Specs, bench: Bench) -> Iterator[ABRecord]:
    """Count without an end; yield the record after each hash seed."""
    raise NotImplementedError
