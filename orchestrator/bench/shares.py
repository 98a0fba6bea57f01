"""A container's CPU use and throttling during a period, from samples about once a second. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from orchestrator.model.sample import Sample

# The smallest part of a period that samples must span to represent it.
COVERED = 0.5

Counter = Callable[[Sample], float]
"""Reads one of a sample's counters of seconds; counters only rise."""


def cpu(sample: Sample) -> float:
    """CPU seconds used."""
    return sample.cpu_s


def throttled(sample: Sample) -> float:
    """Seconds without CPU because the CPU quota was used up."""
    return sample.throttled_s


def share(
    samples: Sequence[Sample], begin: float, end: float, counter: Counter = cpu
) -> float | None:
    """Seconds of ``counter`` per second between two moments (unix seconds).

    Samples within the period give the exact rise. If they span less than ``COVERED`` of the period
    (engines sample once a second, and steps may be that short), the counter is interpolated at its
    ends. None if the samples do not cover the period: they would describe another one.
    """
    if end <= begin:
        return None
    inside = [sample for sample in samples if begin <= sample.at <= end]
    if inside and inside[-1].at - inside[0].at >= COVERED * (end - begin):
        first, last = inside[0], inside[-1]
        return (counter(last) - counter(first)) / (last.at - first.at)
    if not samples:
        return None
    begin, wanted = max(begin, samples[0].at), end - begin
    end = min(end, samples[-1].at)
    before, after = _at(samples, begin, counter), _at(samples, end, counter)
    if before is None or after is None or end - begin < COVERED * wanted:
        return None
    return (after - before) / (end - begin)


def highest(
    containers: Iterable[Sequence[Sample]], begin: float, end: float, counter: Counter = cpu
) -> float | None:
    """The highest share among the containers; None if none is known."""
    shares = [share(samples, begin, end, counter) for samples in containers]
    return max((known for known in shares if known is not None), default=None)


def _at(samples: Sequence[Sample], at: float, counter: Counter) -> float | None:
    for before, after in pairwise(samples):
        if before.at <= at <= after.at and after.at > before.at:
            part = (at - before.at) / (after.at - before.at)
            return counter(before) + part * (counter(after) - counter(before))
    return None
