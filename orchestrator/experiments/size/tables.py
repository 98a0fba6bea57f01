"""The sizes as a table, and each probe as a table."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.experiments.size.record import Probe, SizeRecord
from orchestrator.experiments.size.rows import SizeRow, size_rows
from orchestrator.report.column import Column, framework, three_digits, whole
from orchestrator.report.table import Table, make_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One probe, with its service and search."""

    name: str
    search: int
    probe: Probe


def sizes(record: SizeRecord) -> Table:
    """A row for each service."""
    every = f"one request each {record.settings.every_s:g} s"
    columns: tuple[Column[SizeRow], ...] = (
        framework(lambda row: row.name),
        Column("rate", "Requests/s", lambda row: row.rate, show=three_digits),
        Column("low", "Low", lambda row: row.low, show=three_digits),
        Column("high", "High", lambda row: row.high, show=three_digits),
        Column("users", f"Users ({every})", lambda row: row.users, show=three_digits),
        Column("a_month", "Million requests/month", _millions, show=three_digits),
        Column("capacity", "Closed loop (requests/s)", lambda row: row.capacity, show=whole),
        Column("searches", "Searches", lambda row: row.searches),
    )
    if record.settings.price is not None:
        columns = (
            *columns[:6],
            Column("for_money", "Million for 1", _for_money, show=three_digits),
            *columns[6:],
        )
    return make_table(
        name="size",
        title="The highest rate that keeps the promise",
        columns=columns,
        rows=size_rows(record),
        note=lambda row: row.note or None,
    )


def probes(record: SizeRecord) -> Table:
    """Every rate that was tried, in order."""
    rows = [
        Tried(name=service.name, search=number, probe=probe)
        for service in record.services
        for number, search in enumerate(service.searches, 1)
        for probe in search.probes
    ]
    columns: tuple[Column[Tried], ...] = (
        framework(lambda row: row.name),
        Column("search", "Search", lambda row: row.search),
        Column("rate", "Requests/s", lambda row: row.probe.rate, show=three_digits),
        Column("requests", "Requests", lambda row: row.probe.requests),
        Column("failures", "Failed", lambda row: row.probe.failures),
        Column("p99_ms", "p99 (ms)", lambda row: row.probe.p99_ms, show=three_digits),
        Column("kept", "Kept", lambda row: "yes" if row.probe.kept else "no"),
    )
    return make_table(name="probes", title="Every rate that was tried", columns=columns, rows=rows)


def _millions(row: SizeRow) -> float | None:
    return None if row.a_month is None else row.a_month / 1e6


def _for_money(row: SizeRow) -> float | None:
    return None if row.for_money is None else row.for_money / 1e6
