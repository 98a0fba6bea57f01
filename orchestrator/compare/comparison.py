"""The result of a comparison of two records, as types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from orchestrator.model.comparable import Comparable, ComparableRow, Quantity
from orchestrator.stats.answer import Answer
from orchestrator.stats.pooled import Pooled
from orchestrator.stats.series import MedianInterval


class Spread(StrEnum):
    """Where the spread of a row's values was taken from."""

    OWN = "own"
    """The row's own values."""
    ADJUSTED = "adjusted"
    """The row's own values, after what the machine's speed explains was taken out."""
    POOLED = "pooled"
    """All rows of the same quantity in both records together; or the row's own if it is larger."""
    NONE = "none"
    """No row has two values, so nothing is known about the spread."""
    SAME = "same"
    """Both records are the same one: there is no difference to be uncertain about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unequal:
    """A condition in which the records differ."""

    name: str
    base: str
    head: str

    @property
    def sentence(self) -> str:
        """The condition with both values."""
        return f"{self.name}: base has {self.base}, head has {self.head}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """head / base of the geometric means, with its 99 % interval.

    If the machine's speed was taken into account, ``ratio`` is that at equal speed, and not exactly
    ``head`` / ``base``.

    ``low``, ``high`` and ``smallest_effect`` (the smallest difference that these data could have
    shown, as a share) are None if nothing is known about the spread. ``freedom``: degrees of
    freedom of Student's t.
    """

    base: float
    head: float
    ratio: float
    low: float | None
    high: float | None
    smallest_effect: float | None
    spread: Spread
    freedom: float | None
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRow:
    """A row of either record. ``ratio``: None if it could not be compared; ``why``: the reason.

    ``notes``: what else a reader must know about its values.
    """

    service: str
    workload: str
    quantity: Quantity
    base: ComparableRow | None
    head: ComparableRow | None
    ratio: Ratio | None
    why: str = ""
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Service and workload."""
        return f"{self.service} {self.workload}"

    @property
    def answer(self) -> Answer | None:
        """The answer; None if the row could not be compared."""
        return self.ratio.answer if self.ratio else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two records, row by row.

    ``unequal``: conditions in which they differ; only with the option ``--anyway`` there are any.
    ``same_record``: whether both are the same. ``headline``: the quantity whose rows decide the
    exit code. ``spreads``: quantity -> the pooled spread of its logarithms. ``shifts``: quantity ->
    median ratio of its rows, where there are enough rows for an interval.
    """

    base: Comparable
    head: Comparable
    unequal: tuple[Unequal, ...]
    same_record: bool
    headline: str | None
    rows: tuple[ComparedRow, ...]
    spreads: Mapping[str, Pooled] = field(default_factory=dict)
    shifts: Mapping[str, MedianInterval] = field(default_factory=dict)

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """The quantities of all rows, the headline first."""
        found = {row.quantity.name: row.quantity for row in self.rows}
        return tuple(sorted(found.values(), key=lambda one: one.name != self.headline))

    def of(self, quantity: str | None) -> tuple[ComparedRow, ...]:
        """The rows of this quantity."""
        return tuple(row for row in self.rows if row.quantity.name == quantity)

    @property
    def unanswered(self) -> bool:
        """Whether no row of the headline could be compared."""
        return all(row.answer is None for row in self.of(self.headline))

    @property
    def slower(self) -> bool:
        """Whether any row of the headline is certainly slower."""
        return any(row.answer is Answer.SLOWER for row in self.of(self.headline))
