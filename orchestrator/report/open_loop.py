"""Tables of latency at constant arrival rates: a common one, and shares of each capacity."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from orchestrator.model.trial import OpenLoop
from orchestrator.report.column import (
    Column,
    Value,
    framework,
    known_median,
    percent,
    three_digits,
    whole,
)
from orchestrator.report.group import Group
from orchestrator.report.table import Table, make_table
from orchestrator.stats.histogram import tells

Repeats = Sequence[OpenLoop]


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLoad:
    """One framework at one load of the open loop: a share of its capacity, or the common rate."""

    name: str
    of_capacity: float | None
    repeats: tuple[OpenLoop, ...]


def median_ms(repeats: Repeats) -> float | None:
    """The median of the repeats' medians."""
    return known_median([row.median_ms for row in repeats])


def p99_ms(repeats: Repeats) -> float | None:
    """The median of the repeats' 99th percentiles; None if they have too few requests."""
    return known_median([row.p99_ms for row in repeats]) if _tell(repeats, 99) else None


def p999_ms(repeats: Repeats) -> float | None:
    """The median of the repeats' 99.9th percentiles; None if they have too few requests."""
    return known_median([row.p999_ms for row in repeats]) if _tell(repeats, 99.9) else None


def worst_ms(repeats: Repeats) -> float | None:
    """The highest maximum of any repeat, since a median would hide it."""
    return max((row.max_ms for row in repeats if row.max_ms is not None), default=None)


def limited_by(repeats: Repeats) -> str | None:
    """The limits of all repeats; None if there are none."""
    return ", ".join(sorted({row.limited_by for row in repeats})) or None


def _tell(repeats: Repeats, percentile: float) -> bool:
    """Whether every repeat has enough answers for this percentile."""
    answered = min((row.requests - row.failures for row in repeats), default=0)
    return tells(answered, percentile)


def _of(of: Callable[[Repeats], Value]) -> Callable[[AtLoad], Value]:
    return lambda at: of(at.repeats)


def _median(of: Callable[[OpenLoop], float | None]) -> Callable[[AtLoad], Value]:
    return lambda at: known_median([of(row) for row in at.repeats])


FRAMEWORK: Column[AtLoad] = framework(lambda at: at.name)
LOAD: Column[AtLoad] = Column("of_capacity", "Load", lambda at: at.of_capacity, show=percent)
MEASURES: tuple[Column[AtLoad], ...] = (
    Column("rate_rps", "Requests/s", _median(lambda r: r.rate), show=three_digits),
    Column("goodput_rps", "Answered/s", _median(lambda r: r.goodput_rps), show=three_digits),
    Column("unanswered", "No answer", _median(lambda r: r.failures + r.unfinished), show=whole),
    Column("median_ms", "p50 (ms)", _of(median_ms), show=three_digits),
    Column("p99_ms", "p99 (ms)", _of(p99_ms), show=three_digits),
    Column("p999_ms", "p99.9 (ms)", _of(p999_ms), show=three_digits),
    Column("max_ms", "Max (ms)", _of(worst_ms), show=three_digits),
    Column(
        "service_p99_ms", "Service p99 (ms)", _median(lambda r: r.service_p99_ms), show=three_digits
    ),
    Column(
        "late_p99_ms", "Sent late p99 (ms)", _median(lambda r: r.late_p99_ms), show=three_digits
    ),
    Column("limited_by", "Limited by", _of(limited_by), words=True),
)


def common_rate(workload: str, groups: Sequence[Group]) -> Table | None:
    """Latency at the common rate; None if no trial was measured at it.

    Only at this rate all frameworks do the same work, so only here they can be compared.
    """
    common = _at(groups, None)
    if not common:
        return None
    return make_table(
        name=f"{workload}-open",
        title=f"{workload}: latency at a common arrival rate",
        columns=(FRAMEWORK, *MEASURES),
        rows=common,
    )


def shares(workload: str, groups: Sequence[Group]) -> Table | None:
    """Latency at shares of each framework's capacity; None if no trial was measured at any."""
    if not (loads := shares_of(groups)):
        return None
    return make_table(
        name=f"{workload}-open-shares",
        title=f"{workload}: latency at shares of each framework's own capacity",
        columns=(FRAMEWORK, LOAD, *MEASURES),
        rows=[at for load in loads for at in _at(groups, load)],
    )


def shares_of(groups: Sequence[Group]) -> list[float]:
    """All shares of capacity at which any framework was measured, the lowest first."""
    loads = {
        row.of_capacity for group in groups for trial in group.measured for row in trial.open_loop
    }
    return sorted(load for load in loads if load is not None)


def _at(groups: Sequence[Group], load: float | None) -> list[AtLoad]:
    """The frameworks that were measured at this load."""
    return [
        AtLoad(name=group.name, of_capacity=load, repeats=repeats)
        for group in groups
        if (repeats := group.open_loop(load))
    ]
