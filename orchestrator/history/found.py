"""The changes of each line."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from orchestrator.history.line import Line, Point, lines
from orchestrator.history.noise import weighted
from orchestrator.history.run import KeptRun
from orchestrator.stats.answer import Answer
from orchestrator.stats.change_points import FEWEST, Change, Weighted, changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A change of a line's level.

    ``before``: the last run of the old level; ``after``: the first run of the new one.
    ``earliest`` and ``latest``: the first run of the new level lies from one to the other with 95 %
    confidence. ``ratio``: new level / old one, from ``low`` to ``high`` with 95 % confidence.
    ``also``: what else is not the same in both runs, such as the kernel.
    """

    before: Point
    after: Point
    earliest: Point
    latest: Point
    ratio: float
    low: float
    high: float
    answer: Answer
    also: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A stretch without a change: its value, and its first and last point."""

    value: float
    first: Point
    last: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A line with its changes and levels, in order of time."""

    line: Line
    changes: tuple[Changed, ...]
    levels: tuple[Level, ...]

    @property
    def missing(self) -> int:
        """How many more runs are needed before changes can be found."""
        return max(0, FEWEST - len(self.line.points))


def found(
    runs: Sequence[KeptRun], service: str | None = None, quantity: str | None = None
) -> tuple[Found, ...]:
    """Every line with its changes.

    Args:
        runs: in order of time.
        service: only lines of this service.
        quantity: only lines of this quantity.
    """
    return tuple(
        found_in(line)
        for line in lines(runs)
        if service in (None, line.key.service) and quantity in (None, line.key.quantity.name)
    )


def found_in(line: Line) -> Found:
    """A line with its changes."""
    data = weighted(line)
    known = changes(data)
    return Found(
        line=line,
        changes=tuple(_changed(line, change) for change in known),
        levels=tuple(_levels(line, data, known)),
    )


def _changed(line: Line, change: Change) -> Changed:
    before, after = line.points[change.at - 1], line.points[change.at]
    less_is_faster = line.key.quantity.less_is_faster
    slower = (change.difference > 0) == less_is_faster
    return Changed(
        before=before,
        after=after,
        earliest=line.points[change.earliest],
        latest=line.points[change.latest],
        ratio=math.exp(change.difference),
        low=math.exp(change.low),
        high=math.exp(change.high),
        answer=Answer.SLOWER if slower else Answer.FASTER,
        also=tuple(_also(before.run, after.run)),
    )


def _also(before: KeptRun, after: KeptRun) -> Iterable[str]:
    names = dict.fromkeys([*before.circumstances, *after.circumstances])
    for name in names:
        old, new = (run.circumstances.get(name, "unknown") for run in (before, after))
        if old != new:
            yield f"{name} {old} → {new}"


def _levels(line: Line, data: Weighted, known: Sequence[Change]) -> Iterable[Level]:
    edges = [0, *(change.at for change in known), len(line.points)]
    for start, end in pairwise(edges):
        part = slice(start, end)
        mean = float(np.average(data.values[part], weights=data.weights[part]))
        yield Level(value=math.exp(mean), first=line.points[start], last=line.points[end - 1])
