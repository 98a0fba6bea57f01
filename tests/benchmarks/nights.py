"""Makes runs of nights that never were, with changes at known places.

A run's value varies twice: the machine is not the same every night (``night``), and the repeats of
one run vary (``repeat``), both as standard deviations of the logarithm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from orchestrator.history.found import Found, found
from orchestrator.history.run import KeptRun, kept
from orchestrator.model.comparable import Comparable, ComparableRow, Quantity

COST = Quantity(name="relative-cost", title="relative cost", unit="", less_is_faster=True)
FIRST = datetime(2026, 1, 1, 2, 23, tzinfo=UTC)
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

    def values(self, levels: Sequence[float], draw: np.random.Generator) -> np.ndarray:
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


def comparables(
    levels: Mapping[str, Sequence[float]], nights: Nights, draw: np.random.Generator
) -> list[Comparable]:
    """A run a night. ``levels``: of each service, the logarithm of its true value each night."""
    values = {name: nights.values(of, draw) for name, of in levels.items()}
    count = max(map(len, levels.values()))
    return [
        Comparable(
            experiment="cost",
            run_id=f"cost-{FIRST + timedelta(days=night):%Y-%m-%d}-{night:06x}",
            started_at=f"{FIRST + timedelta(days=night):%Y-%m-%dT%H:%M:%SZ}",
            conditions={**HOST, "workload json": "GET /json"},
            circumstances={"kernel": "6.1", "commit": f"{night:040x}"},
            rows=tuple(
                ComparableRow(
                    service=name,
                    workload="json",
                    quantity=COST,
                    values=tuple(float(np.exp(one)) for one in values[name][night]),
                )
                for name in levels
            ),
        )
        for night in range(count)
    ]


def line(levels: Sequence[float], nights: Nights, draw: np.random.Generator) -> Found:
    """One line with what is found in it."""
    (one,) = found(runs({"flask": levels}, nights, draw))
    return one


def runs(
    levels: Mapping[str, Sequence[float]], nights: Nights, draw: np.random.Generator
) -> list[KeptRun]:
    """What a history keeps of such runs."""
    return [kept(one)[0] for one in comparables(levels, nights, draw)]


def places(one: Found) -> list[int]:
    """The index of the first run of each new level."""
    order = [point.run.run for point in one.line.points]
    return [order.index(changed.after.run.run) for changed in one.changes]
