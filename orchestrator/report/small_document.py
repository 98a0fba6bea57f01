"""Parts of Markdown that the reports of several experiments share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from orchestrator.report.table import Table, code, markdown, one_line


class Run(Protocol):
    """What every record says of its run; times are UTC, ISO 8601."""

    @property
    def run_id(self) -> str:
        """Its name."""

    @property
    def command(self) -> str:
        """The command that made it."""

    @property
    def started_at(self) -> str:
        """When it began."""

    @property
    def finished_at(self) -> str | None:
        """When it ended; None while it runs."""

    @property
    def interrupted(self) -> bool:
        """Whether a person or a signal ended it."""


def state(record: Run) -> str:
    """Whether it ended early, as the end of a sentence."""
    if record.interrupted:
        return ", interrupted"
    return "" if record.finished_at else ", not finished"


def sections(tables: Iterable[Table]) -> Iterator[str]:
    """A section for each table, below its title."""
    for table in tables:
        yield f"## {table.title}\n"
        yield markdown(table)


def items(title: str, texts: Sequence[str]) -> Iterator[str]:
    """A section with a list; nothing if it is empty. The texts are Markdown already."""
    if texts:
        yield f"## {title}\n"
        yield from (f"- {text}" for text in texts)
        yield ""


def ending(record: Run, circumstances: Iterable[str], caveats: Iterable[str]) -> Iterator[str]:
    """The last sections: where it was measured, and the doubts. Text from outside is escaped."""
    where = (
        code(record.command),
        f"run {record.run_id}, started {record.started_at}{state(record)}",
        *map(one_line, circumstances),
    )
    yield from items("Where", where)
    yield from items("Caveats", [one_line(text) for text in caveats])
