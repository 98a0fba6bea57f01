"""The files of a run that sizes services: the record as JSON, its summary, rows for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from orchestrator.codec import decoded_of_schema, encode
from orchestrator.experiments.size.explained import (
    HEADING,
    caveats,
    circumstances,
    consequences,
    reading,
    summary,
)
from orchestrator.experiments.size.record import SIZE_SCHEMA, SizeRecord
from orchestrator.experiments.size.rows import size_rows
from orchestrator.experiments.size.tables import probes, sizes
from orchestrator.json_text import indented
from orchestrator.report.small_document import ending, items, sections
from orchestrator.report.table import csv_text, one_line
from orchestrator.words import printable

RECORD, SUMMARY = "size.json", "size.md"


def size_files(record: SizeRecord) -> dict[str, bytes]:
    """File name -> content. The JSON holds every rate that was tried."""
    return {RECORD: encode(record), SUMMARY: size_summary(record).encode()}


def size_summary(record: SizeRecord) -> str:
    """The table, and how to read it, as Markdown. Text from outside is escaped."""
    return printable("\n".join(_parts(record)))


def report_files(record: SizeRecord) -> dict[str, str]:
    """The rows for programs, for the folder ``report/``."""
    return {RECORD: indented(rows_document(record)), "size.csv": csv_text(sizes(record))}


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
    return decoded_of_schema(text, SizeRecord, where, "record of sizes", newest=SIZE_SCHEMA)


def _parts(record: SizeRecord) -> Iterator[str]:
    yield f"# {HEADING}\n"
    yield f"**{one_line(summary(record))}.**\n"
    yield from (f"{one_line(text)}\n" for text in consequences(record))
    yield from sections([sizes(record), probes(record)])
    yield from items("How to read it", list(reading(record)))
    yield from ending(record, circumstances(record), caveats(record))
