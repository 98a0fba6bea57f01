"""Carry out an experiment, and save everything it measures, even if it is interrupted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Any

from orchestrator.bench.bench import Bench
from orchestrator.experiments.experiment import Experiment, P, R, S


def carried_out(
    experiment: Experiment[S, P, R], plan: P, record: R, bench: Bench, save: Callable[[R], R]
) -> R:
    """Measure what ``record`` does not hold yet; return the record that was saved last.

    The record is saved after each step and after an interrupt. Only the last save sets
    ``finished_at``.

    Args:
        save: saves the record, with what has happened on the host so far.
    """
    interrupted = False
    try:
        with closing(experiment.run(plan, record, bench)) as steps:
            for record in steps:
                save(_ended(record, None, interrupted=False))
    except KeyboardInterrupt:
        interrupted = True
        bench.progress.note(_interrupted(experiment))
    final = save(_ended(record, bench.clock.utc(), interrupted=interrupted))
    bench.progress.run_ends()
    return final


def _ended(record: R, finished_at: str | None, *, interrupted: bool) -> R:
    known: Any = record  # a frozen dataclass, as every record is
    ended: R = replace(known, finished_at=finished_at, interrupted=interrupted)
    return ended


def _interrupted(experiment: Experiment[S, P, R]) -> str:
    said = "interrupted: everything measured so far is saved"
    if experiment.resuming is None:
        return said
    return f"{said}; continue with `{experiment.resuming.latest}`"
