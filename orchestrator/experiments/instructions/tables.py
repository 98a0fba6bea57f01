"""The table of instructions for a request."""

from __future__ import annotations

from orchestrator.experiments.instructions.record import InstructionsRecord
from orchestrator.experiments.instructions.rows import CountRow, count_rows
from orchestrator.report.column import Column, framework, hundredths, three_digits, whole
from orchestrator.report.table import Table, make_table


def _percent(share: float) -> str:
    return f"{share:.3%}"


def _range(row: CountRow) -> str | None:
    if row.low is None or row.high is None:
        return None
    return f"{row.low:,.0f} to {row.high:,.0f}"


def counts(record: InstructionsRecord) -> Table:
    """Instructions for a request of each service, with CPU time beside it."""
    by = record.by or "nothing"
    columns: tuple[Column[CountRow], ...] = (
        framework(lambda row: row.name),
        Column(
            "instructions_per_request",
            "Instructions/request",
            lambda row: row.instructions_per_request,
            show=whole,
        ),
        Column("range", "Lowest to highest seed", _range),
        Column("seeds", "Seeds", lambda row: row.seeds, show=whole),
        Column("repeats_differ", "Repeats differ by", lambda row: row.repeat_spread, show=_percent),
        Column("seeds_sd", "SD of seeds", lambda row: row.seed_spread, show=_percent),
        Column("requests", "Requests", lambda _: record.settings.requests, show=whole),
        Column("by", "By", lambda _: by),
        Column(
            "cpu_us_per_request",
            "CPU time/request (µs)",
            lambda row: row.cpu_us_per_request,
            show=three_digits,
        ),
        Column("wall_s", "A count took (s)", lambda row: row.wall_s, show=hundredths),
    )
    title = f"{record.settings.workload}: user-space instructions for a request"
    return make_table(
        name="instructions", title=title, columns=columns, rows=count_rows(record), note=_note
    )


def _note(row: CountRow) -> str | None:
    return f"failed in {row.reason}" if row.reason else None
