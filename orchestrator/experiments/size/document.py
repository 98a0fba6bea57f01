"""The files of a run that sizes services: the record as JSON, its summary, rows for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from orchestrator.codec import decoded, readable
from orchestrator.errors import UsageError
from orchestrator.experiments.size.explained import (
    HEADING,
    caveats,
    circumstances,
    consequences,
    reading,
    state,
    summary,
)
from orchestrator.experiments.size.record import SIZE_SCHEMA, SizeRecord
from orchestrator.experiments.size.rows import size_rows
from orchestrator.experiments.size.tables import probes, sizes
from orchestrator.report.table import code, csv_text, markdown, one_line
from orchestrator.words import printable

RECORD, SUMMARY = "size.json", "size.md"


def size_files(record: SizeRecord) -> dict[str, bytes]:
    """File name -> content. The JSON holds every rate that was tried."""
    text = msgspec.json.format(msgspec.json.encode(readable(record)), indent=2) + b"\n"
    return {RECORD: text, SUMMARY: size_summary(record).encode()}


def size_summary(record: SizeRecord) -> str:
    """The table, and how to read it, as Markdown. Text from outside is escaped."""
    return printable("\n".join(_parts(record)))


def report_files(record: SizeRecord) -> dict[str, str]:
    """The rows for programs, for the folder ``report/``."""
    rows = msgspec.json.format(msgspec.json.encode(rows_document(record)), indent=2).decode()
    return {RECORD: f"{rows}\n", "size.csv": csv_text(sizes(record))}


def rows_document(record: SizeRecord) -> list[dict[str, Any]]:
    """What ``lab size --json`` prints: an object for each service."""
    settings = record.settings
    promise = {
        "workload": settings.workload,
        "p99_ms": settings.p99_s * 1000,
        "errors": settings.errors,
    }
    return [
        {
            "service": row.service,
            **promise,
            "requests_per_second": row.rate,
            "low": row.low,
            "high": row.high,
            "users": row.users,
            "requests_per_month": row.a_month,
            "requests_for_money": row.for_money,
            "closed_loop": row.capacity,
            "searches": row.searches,
            "note": row.note,
        }
        for row in size_rows(record)
    ]


def read(text: bytes, where: str) -> SizeRecord:
    """Decode the record from its JSON.

    Raises:
        UsageError: it is not one of this schema; names ``where``.
    """
    record = decoded(text, SizeRecord, where, "record of sizes")
    if record.schema != SIZE_SCHEMA:
        raise UsageError(
            f"{where}: record of sizes of schema {record.schema}; this version of the lab reads "
            f"{SIZE_SCHEMA}"
        )
    return record


def _parts(record: SizeRecord) -> Iterator[str]:
    yield f"# {HEADING}\n"
    yield f"**{one_line(summary(record))}.**\n"
    yield from (f"{one_line(text)}\n" for text in consequences(record))
    for table in (sizes(record), probes(record)):
        yield f"## {table.title}\n"
        yield markdown(table)
    yield "## How to read it\n"
    yield from (f"- {text}" for text in reading(record))
    yield "\n## Where\n"
    yield f"- {code(record.command)}"
    yield f"- run {record.run_id}, started {record.started_at}{state(record)}"
    yield from (f"- {one_line(line)}" for line in circumstances(record))
    yield ""
    if doubts := list(caveats(record)):
        yield "## Caveats\n"
        yield from (f"- {one_line(text)}" for text in doubts)
        yield ""
