"""A cost table's files: the record as JSON, its summary, and what is derived for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from orchestrator.codec import decoded_of_schema, encode
from orchestrator.experiments.cost.explained import (
    HEADING,
    caveats,
    circumstances,
    consequences,
    reading,
    summary,
)
from orchestrator.experiments.cost.record import COST_SCHEMA, CostRecord
from orchestrator.experiments.cost.rows import cost_rows
from orchestrator.experiments.cost.tables import (
    all_rows,
    pair_tables,
    parts_table,
    workload_tables,
)
from orchestrator.experiments.cost.taxes import members, tax_tables
from orchestrator.experiments.cost.time_tables import time_tables
from orchestrator.json_text import indented
from orchestrator.report.small_document import ending, items, sections
from orchestrator.report.table import csv_text, fenced, one_line
from orchestrator.words import printable

RECORD, SUMMARY = "cost.json", "cost.md"


def cost_files(record: CostRecord) -> dict[str, bytes]:
    """File name -> content. The JSON holds every slice, and the rows derived from them."""
    return {RECORD: encode(record), SUMMARY: cost_summary(record).encode()}


def cost_summary(record: CostRecord) -> str:
    """The tables, and how to read them, as Markdown. Text from outside is escaped."""
    return printable("\n".join(_parts(record)))


def report_files(record: CostRecord) -> dict[str, str]:
    """The rows for programs, for the folder ``report/``."""
    return {RECORD: indented(rows_document(record)), "cost.csv": csv_text(all_rows(record))}


def rows_document(record: CostRecord) -> list[dict[str, Any]]:
    """What ``lab cost --json`` prints: an object for each service and workload."""
    return members(record, cost_rows(record))


def read(text: bytes, where: str) -> CostRecord:
    """Decode the record from its JSON.

    Raises:
        UsageError: it is not a cost table of this schema; names ``where``.
    """
    return decoded_of_schema(text, CostRecord, where, "cost table", newest=COST_SCHEMA)


def _parts(record: CostRecord) -> Iterator[str]:
    yield f"# {HEADING}\n"
    yield f"**{one_line(summary(record))}.**\n"
    yield from (f"{one_line(text)}\n" for text in consequences(record))
    if record.failure is not None and record.failure.log_tail:
        yield "The end of its log:\n"
        yield fenced(record.failure.log_tail)
    yield from sections(
        (
            *workload_tables(record),
            *tax_tables(record),
            *time_tables(record),
            *pair_tables(record),
            parts_table(record),
        )
    )
    yield from items("How to read it", list(reading(record)))
    yield from ending(record, circumstances(record), caveats(record))
