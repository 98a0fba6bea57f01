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
    state,
)
from orchestrator.experiments.ab.record import ABRecord
from orchestrator.experiments.ab.tables import ratios, sides
from orchestrator.experiments.ab.words import summary
from orchestrator.report.table import code, fenced, markdown, one_line

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
    yield f"## {sides(record).title}\n"
    yield markdown(sides(record))
    if found(record) is not None:
        yield "## How to read it\n"
        yield from (f"- {text}" for text in reading(record))
        yield ""
    yield "## Where\n"
    yield f"- {code(record.command)}"
    yield f"- run {record.run_id}, started {record.started_at}{state(record)}"
    yield from (f"- {one_line(line)}" for line in circumstances(record))
    yield ""
    doubts = list(caveats(record))
    if doubts:
        yield "## Caveats\n"
        yield from (f"- {one_line(text)}" for text in doubts)
        yield ""
