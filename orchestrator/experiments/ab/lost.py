"""What happens when a launch fails: one is lost, and two in a row end the comparison."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.bench.servers_failed import ServersFailed
from orchestrator.errors import TrialFailed
from orchestrator.experiments.ab.launch import BASE, HEAD
from orchestrator.experiments.ab.record import ABRecord, Lost


def without(record: ABRecord, seed: int, at_s: float, failure: TrialFailed) -> ABRecord:
    """The record with a launch that failed, so that the comparison can go on.

    In an hour of launches a connection may break for reasons that are neither side's.

    Args:
        seed: the hash seed of the launch.
        at_s: seconds from the start of measuring.

    Raises:
        TrialFailed: the same failure, if nothing was measured before, or the launch before it
            failed, too.
    """
    measured = record.measured_s
    if not measured or max(record.lost_s, default=0.0) > measured[-1]:
        raise failure
    one = Lost(seed=seed, at_s=at_s, side=side_of(failure), reason=failure.reason)
    return replace(record, lost=(*record.lost, one))


def side_of(failure: Exception) -> str:
    """The side whose containers failed; empty if it was both, or the load."""
    if not isinstance(failure, ServersFailed):
        return ""
    sides = {HEAD if role == HEAD else BASE for role in failure.failures}
    return sides.pop() if len(sides) == 1 else ""
