"""Whether a run measured somebody's own application."""

from __future__ import annotations

from orchestrator.model.record import RunRecord


def is_own(record: RunRecord) -> bool:
    """Whether nothing is said of any of its servers: then no article or lock says anything of them.

    A run without a trial has nothing that could be own.
    """
    return bool(record.trials) and all(trial.server.unsaid for trial in record.trials)
