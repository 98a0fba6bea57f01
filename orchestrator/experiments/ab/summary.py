"""A comparison as Markdown, short enough for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.experiments.ab.answer import found
from orchestrator.experiments.ab.explained import (
    caveats,
    circumstances,
    consequences,
    heading,
    reading,
)
from orchestrator.experiments.ab.record import ABRecord
from orchestrator.experiments.ab.tables import ratios, sides
from orchestrator.experiments.ab.words import summary
from orchestrator.report.small_document import ending, items, sections
from orchestrator.report.table import fenced, markdown, one_line

LOG_LINES = 40
"""Most lines of a log, so that the summary fits into a comment."""


def markdown_summary(record: ABRecord) -> str:
    """The answer, the tables, and how to read them. Text from outside is escaped."""
    return "\n".join(_parts(record))


def _parts(record: ABRecord) -> Iterator[str]:
    yield f"# {heading(record)}\n"
    yield f"**{one_line(summary(record))}.**\n"
    yield from (f"{text}\n" for text in consequences(record))
    if record.failure is not None and record.failure.log_tail:
        yield "The end of its log:\n"
        yield fenced("\n".join(record.failure.log_tail.splitlines()[-LOG_LINES:]))
    if found(record) is not None:
        yield markdown(ratios(record))
    yield from sections([sides(record)])
    if found(record) is not None:
        yield from items("How to read it", list(reading(record)))
    yield from ending(record, circumstances(record), caveats(record))
