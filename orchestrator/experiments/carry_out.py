"""An experiment is carried out: all that it finds is saved, whatever ends it."""

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
    """Measure what ``record`` does not hold yet; the record as it was saved last.

    It is saved whenever more is known, and when a person interrupts. The last save alone says when
    the run finished.

    Args:
        save: keeps the record, with what is known of the host by now.
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
    said = "interrupted: what was measured is saved"
    if experiment.resuming is None:
        return said
    return f"{said}; go on with `make bench RESUME=latest`"
