"""The taxes of a cost table, from its launches. Pure."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from orchestrator.experiments.cost.costs import costs
from orchestrator.experiments.cost.parts import time_parts
from orchestrator.experiments.cost.record import CostRecord, CostRow
from orchestrator.model.together import REFERENCE, Together
from orchestrator.report.column import Column, Value, times
from orchestrator.report.table import Table
from orchestrator.report.tax_tables import Unit, framework_table, server_table
from orchestrator.report.taxed import (
    FrameworkRow,
    ServerRow,
    bases_among,
    for_programs,
    framework_rows,
    server_rows,
    servers_among,
)
from orchestrator.stats.launches import cpu_us

COLUMNS = (
    ("base", "framework_tax", "base"),
    ("framework_tax", "framework_tax", "difference"),
    ("framework_tax_low", "framework_tax", "low"),
    ("framework_tax_high", "framework_tax", "high"),
    ("cheapest", "server_tax", "cheapest"),
    ("server_tax", "server_tax", "difference"),
    ("server_tax_low", "server_tax", "low"),
    ("server_tax_high", "server_tax", "high"),
    ("kernel_us", "time", "kernel_us"),
    ("server_us", "time", "server_us"),
    ("handler_us", "time", "handler_us"),
    ("framework_us", "time", "framework_us"),
    ("together_us", "time", "together_us"),
)
"""A column of the CSV -> which field of which member of a row it is."""


def has_bases(record: CostRecord) -> bool:
    """Whether a base took part: else there are no framework taxes, and no parts of time."""
    return bases_among(record.parts)


def has_servers(record: CostRecord) -> bool:
    """Whether an application took part on several servers: else there are no server taxes."""
    return servers_among(record.parts)


def has_taxes(record: CostRecord) -> bool:
    """Whether there are taxes of any kind."""
    return has_bases(record) or has_servers(record)


def frameworks(record: CostRecord, together: Together) -> tuple[FrameworkRow, ...]:
    """What each framework costs under a workload, the least first."""
    return framework_rows(record.parts, costs(together))


def servers(record: CostRecord, together: Together) -> tuple[ServerRow, ...]:
    """What the servers of each application cost under a workload."""
    return server_rows(record.parts, costs(together))


def tax_tables(record: CostRecord) -> tuple[Table, ...]:
    """Framework taxes and server taxes of each workload, without tables that have no row."""
    found = []
    for together in record.together:
        unit = Unit(
            title="Times the reference",
            show=times,
            pairs="Launches",
            us=cpu_us(together, REFERENCE),
        )
        found.append(framework_table(frameworks(record, together), unit, together.workload))
        found.append(server_table(servers(record, together), unit, together.workload))
    return tuple(table for table in found if table.rows)


def members(record: CostRecord, rows: tuple[CostRow, ...]) -> list[dict[str, Any]]:
    """The rows for programs, with taxes, and with parts of time if a base took part."""
    if not has_taxes(record):
        return [asdict(row) for row in rows]
    of = {}
    for together in record.together:
        workload = together.workload
        of[workload] = (frameworks(record, together), servers(record, together))
    found = time_parts(record) if has_bases(record) else ()
    parts = {(one.service, one.workload): asdict(one) for one in found}
    return [
        {
            **asdict(row),
            **for_programs(row.service, *of[row.workload]),
            "time": parts.get((row.service, row.workload)),
        }
        for row in rows
    ]


def tax_columns(record: CostRecord, rows: tuple[CostRow, ...]) -> tuple[Column[CostRow], ...]:
    """The most important of these members as columns for programs; none if there are none."""
    if not has_taxes(record):
        return ()
    known = {(row["service"], row["workload"]): row for row in members(record, rows)}

    def column(key: str, member: str, field: str) -> Column[CostRow]:
        def value(row: CostRow) -> Value:
            found: Value = (known[row.service, row.workload][member] or {}).get(field)
            return found

        return Column(key, key, value)

    return tuple(column(*one) for one in COLUMNS)
