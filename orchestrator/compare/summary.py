"""A comparison of two records as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orchestrator.compare.comparison import Comparison
from orchestrator.compare.tables import makings, records, tables
from orchestrator.compare.words import (
    beside,
    caveats,
    heading,
    label,
    reading,
    summary,
    unlike,
)
from orchestrator.report.document import in_section
from orchestrator.report.table import one_line


def markdown_summary(comparison: Comparison) -> str:
    """The answers, the tables, and how to read them. Text from outside is escaped."""
    return "\n".join(_parts(comparison))


def _parts(comparison: Comparison) -> Iterator[str]:
    yield f"# {one_line(heading(comparison))}\n"
    if told := label(comparison):
        yield f"**{one_line(told)}.**\n"
    yield f"**{one_line(summary(comparison))}**\n"
    yield from (f"{one_line(text)}\n" for text in beside(comparison))
    for table in tables(comparison):
        yield from in_section(table)
    yield from _listed("Rows to know about", map(one_line, unlike(comparison)))
    yield from _listed("Caveats", map(_text, caveats(comparison)))
    yield from _listed("How to read it", reading(comparison))
    for table in (records(comparison), makings(comparison)):
        if table.rows:
            yield from in_section(table)


def _text(text: str) -> str:
    """The lab's own sentence, whose code stays code."""
    parts = enumerate(text.split("`"))
    return "`".join(part if n % 2 else one_line(part) for n, part in parts)


def _listed(title: str, items: Iterable[str]) -> Iterator[str]:
    known = list(items)
    if known:
        yield f"## {title}\n"
        yield from (f"- {text}" for text in known)
        yield ""
