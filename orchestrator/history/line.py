"""Lines: the same service, workload, quantity and conditions, run after run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

import msgspec

from orchestrator.history.run import KeptRow, KeptRun
from orchestrator.model.comparable import ABOUT_WORKLOAD, Quantity

DIGEST = 6
"""Hexadecimal digits by which people tell conditions apart."""

Conditions = tuple[tuple[str, str], ...]
"""Names and texts, sorted by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One run's value in a line."""

    run: KeptRun
    row: KeptRow


class Key(NamedTuple):
    """What all points of a line have in common.

    ``quantity``: its name. What it is called for people may change, but not its unit.
    """

    experiment: str
    conditions: Conditions
    workload_conditions: Conditions
    service: str
    workload: str
    quantity: str
    unit: str

    @property
    def where(self) -> tuple[str, str]:
        """The experiment, and a digest of the conditions that are not about a workload."""
        return self.experiment, digest(self.conditions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line; ``points`` in order of time, at least one."""

    key: Key
    points: tuple[Point, ...] = field(repr=False)

    @property
    def latest(self) -> Point:
        """The newest."""
        return self.points[-1]

    @property
    def quantity(self) -> Quantity:
        """The quantity as the newest run describes it."""
        return described(self.latest.run)[self.key.quantity]


def lines(runs: Sequence[KeptRun]) -> tuple[Line, ...]:
    """All lines, by experiment, conditions, quantity, workload and service.

    Args:
        runs: in order of time.
    """
    found: dict[Key, list[Point]] = {}
    for run in runs:
        quantities = described(run)
        for row in run.rows:
            key = _key(run, row, quantities[row.quantity].unit)
            found.setdefault(key, []).append(Point(run=run, row=row))
    return tuple(
        Line(key=key, points=tuple(points))
        for key, points in sorted(found.items(), key=lambda one: _order(one[0]))
    )


def described(run: KeptRun) -> dict[str, Quantity]:
    """The quantities of a run, by name."""
    return {quantity.name: quantity for quantity in run.quantities}


def digest(conditions: Conditions) -> str:
    """A short name for conditions; others have another name."""
    return sha256(msgspec.json.encode(conditions)).hexdigest()[:DIGEST]


def differing(groups: Iterable[Mapping[str, str]]) -> list[str]:
    """The names of conditions that are not the same in all groups."""
    known = list(groups)
    names = dict.fromkeys(name for one in known for name in one)
    return [name for name in names if len({one.get(name) for one in known}) > 1]


def _key(run: KeptRun, row: KeptRow, unit: str) -> Key:
    about = ABOUT_WORKLOAD + row.workload
    pairs = sorted(run.conditions.items())
    return Key(
        experiment=run.experiment,
        conditions=tuple(one for one in pairs if not one[0].startswith(ABOUT_WORKLOAD)),
        workload_conditions=tuple(
            one for one in pairs if one[0] == about or one[0].startswith(f"{about},")
        ),
        service=row.service,
        workload=row.workload,
        quantity=row.quantity,
        unit=unit,
    )


def _order(key: Key) -> tuple[str, ...]:
    return (
        *key.where,
        key.quantity,
        key.workload,
        key.service,
        digest(key.workload_conditions),
    )
