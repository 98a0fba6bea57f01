"""Tables of framework taxes and of server taxes, in the unit of what was measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from orchestrator.report.column import Column, R, Show, Value, framework, times
from orchestrator.report.table import Table, make_table
from orchestrator.report.taxed import FrameworkRow, ServerRow
from orchestrator.stats.taxes import Tax

Get = Callable[[R], Tax | None]


def signed(show: Show) -> Show:
    """The same format, with a sign."""
    return lambda value: f"{'-' if value < 0 else '+'}{show(abs(value))}"


TENTHS = signed("{:,.1f}".format)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What a difference is in.

    ``title``: of its column. ``show``: formats a difference. ``pairs``: what its pairs are. ``us``:
    how many microseconds one is; None if it is no time.
    """

    title: str
    show: Show
    pairs: str
    us: float | None = None


def framework_table(rows: Sequence[FrameworkRow], unit: Unit, workload: str) -> Table:
    """What each framework costs more than its base."""
    columns: tuple[Column[FrameworkRow], ...] = (
        framework(lambda row: row.name),
        Column("server", "Server", lambda row: row.server, words=True, wide=True),
        Column("base", "Base", lambda row: row.base_name, words=True, wide=True),
        *_columns(lambda row: row.tax, unit, "To its base"),
    )
    return make_table(
        name=f"framework-tax-{workload}",
        title=f"{workload}: framework tax, what a request costs more than without the framework",
        columns=columns,
        rows=rows,
    )


def server_table(rows: Sequence[ServerRow], unit: Unit, workload: str) -> Table:
    """What each application costs more on a server than on the cheapest one for it."""
    columns: tuple[Column[ServerRow], ...] = (
        framework(lambda row: row.name),
        Column("server", "Server", lambda row: row.server, words=True, wide=True),
        Column("interface", "Interface", lambda row: row.interface, words=True, wide=True),
        Column("cheapest", "Cheapest", lambda row: row.cheapest_name, words=True, wide=True),
        *_columns(lambda row: row.tax, unit, "To the cheapest", " (Bonferroni)"),
    )
    return make_table(
        name=f"server-tax-{workload}",
        title=f"{workload}: server tax, one application on several servers",
        columns=columns,
        rows=rows,
        note=lambda row: None if row.tax else "is the cheapest",
    )


def _columns(of: Get[R], unit: Unit, ratio: str, how: str = "") -> tuple[Column[R], ...]:
    def cell(value: Callable[[Tax], Value]) -> Callable[[R], Value]:
        return lambda row: None if (its := of(row)) is None else value(its)

    interval, show = f"95 % interval{how}", signed(unit.show)
    return (
        Column("difference", unit.title, cell(lambda its: its.difference), show=show),
        Column(
            "interval", interval, cell(lambda its: _interval(its.low, its.high, show)), wide=True
        ),
        *(() if unit.us is None else _in_us(cell, unit.us, interval)),
        Column("ratio", ratio, cell(lambda its: its.ratio), show=times),
        Column(
            "ratio_interval",
            f"{interval}, ratio",
            cell(lambda its: _interval(its.ratio_low, its.ratio_high, times)),
            wide=True,
        ),
        Column("pairs", unit.pairs, cell(lambda its: its.pairs), wide=True),
    )


def _in_us(
    cell: Callable[[Callable[[Tax], Value]], Callable[[R], Value]], us: float, interval: str
) -> tuple[Column[R], ...]:
    """The difference in microseconds, where one unit is so many."""

    def whole(its: Tax) -> str | None:
        low, high = (None if end is None else end * us for end in (its.low, its.high))
        return _interval(low, high, TENTHS)

    return (
        Column("us", "CPU µs/request", cell(lambda its: its.difference * us), show=TENTHS),
        Column("us_interval", f"{interval}, µs", cell(whole), wide=True),
    )


def _interval(low: float | None, high: float | None, show: Show) -> str | None:
    return None if low is None or high is None else f"{show(low)} to {show(high)}"
