"""Makes runs of nights that never were, with changes at known places.

A run's value varies twice: the machine is not the same every night (``night``), and the repeats of
one run vary (``repeat``), both as standard deviations of the logarithm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from orchestrator.history.found import Found, found
from orchestrator.history.run import KeptRun, kept
from orchestrator.model.comparable import Comparable, ComparableRow, Quantity

COST = Quantity(name="relative-cost", title="relative cost", unit="", less_is_faster=True)
FIRST = datetime(2026, 1, 1, 2, 23, tzinfo=UTC)
Values = NDArray[np.float64]
HOST = {"CPU model": "synthetic", "CPUs": "2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Nights:
    """How much the values vary. ``repeats``: of each run. ``alike``: correlation of neighbours.

    ``freedom``: of Student's t, from which the nights are drawn; infinite for a normal
    distribution. ``wild``: the share of nights that are disturbed by 8 standard deviations.
    """

    night: float = 0.015
    repeat: float = 0.01
    repeats: int = 8
    alike: float = 0.0
    freedom: float = np.inf
    wild: float = 0.0

    @property
    def sigma(self) -> float:
        """Standard deviation of a run's value, as a logarithm."""
        return float(np.hypot(self.night, self.repeat / np.sqrt(self.repeats)))

    def values(self, levels: Sequence[float] | Values, draw: np.random.Generator) -> Values:
        """The repeats of each run, as logarithms: a row for each run."""
        count = len(levels)
        drawn = draw.standard_normal(count)
        if np.isfinite(self.freedom):
            drawn = draw.standard_t(self.freedom, count)
        nights = drawn.copy()
        for number in range(1, count):
            fresh = drawn[number] * np.sqrt(1 - self.alike**2)
            nights[number] = self.alike * nights[number - 1] + fresh
        nights += 8 * draw.choice((-1, 1), count) * (draw.random(count) < self.wild)
        own = self.repeat * draw.standard_normal((count, self.repeats))
        return np.asarray(levels)[:, None] + self.night * nights[:, None] + own


def comparables(values: Mapping[str, Values]) -> list[Comparable]:
    """A run a night. ``values``: of each service, as `Nights.values` returns them."""
    count = max(map(len, values.values()))
    return [
        Comparable(
            experiment="cost",
            run_id=f"cost-{FIRST + timedelta(days=night):%Y-%m-%d}-{night:06x}",
            started_at=f"{FIRST + timedelta(days=night):%Y-%m-%dT%H:%M:%SZ}",
            conditions={**HOST, "workload json": "GET /json"},
            circumstances={"kernel": "6.1", "commit": f"{night:040x}"},
            rows=tuple(_row(name, of[night]) for name, of in values.items()),
        )
        for night in range(count)
    ]


def runs(values: Mapping[str, Values]) -> list[KeptRun]:
    """What a history keeps of such runs."""
    return [kept(one)[0] for one in comparables(values)]


def line(values: Values) -> Found:
    """One line with what is found in it."""
    (one,) = found(runs({"flask": values}))
    return one


def places(one: Found) -> list[int]:
    """The index of the first run of each new level."""
    order = [point.run.run for point in one.line.points]
    return [order.index(changed.after.run.run) for changed in one.changes]


def _row(service: str, logs: Values) -> ComparableRow:
    return ComparableRow(
        service=service,
        workload="json",
        quantity=COST,
        values=tuple(float(one) for one in np.exp(logs)),
    )
