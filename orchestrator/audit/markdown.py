"""Reads the tables of a Markdown file (https://github.github.com/gfm/#tables-extension-)."""

from __future__ import annotations

import re

from orchestrator.audit.cells import plain
from orchestrator.audit.tables import TextTable
from orchestrator.model.finding import Unread

_RULE_CELL = re.compile(r"\s*:?-+:?\s*")
_UNESCAPED = re.compile(r"(?<!\\)\|")


def markdown_tables(text: str) -> tuple[TextTable, ...]:
    """Every table, with the heading above it.

    As GFM defines it, missing cells of a row are empty, and surplus cells are not shown.
    """
    found: list[TextTable] = []
    title = ""
    header: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] | None = None
    unread: list[Unread] = []
    for number, line in enumerate([*text.splitlines(), ""], 1):
        cells = _cells(line)
        if rows is not None and cells:
            rows.append((*cells, *[""] * (len(header) - len(cells)))[: len(header)])
            if excess := " | ".join(cells[len(header) :]):
                reason = f"the row has {len(cells)} cells, the table {len(header)} columns"
                unread.append(Unread(where=f"line {number}", what=excess, reason=reason))
            continue
        if rows is not None:
            found.append(
                TextTable(title=title, header=header, rows=tuple(rows), unread=tuple(unread))
            )
            header, rows, unread = (), None, []
        if header and len(cells) == len(header) and all(map(_RULE_CELL.fullmatch, cells)):
            rows = []
        else:
            header = cells
        if line.startswith("#"):
            title = line.lstrip("#").strip()
    return tuple(found)


def _cells(line: str) -> tuple[str, ...]:
    """The cells of a line; empty if the line is not a row of a table."""
    bare = line.strip()
    if not _UNESCAPED.search(bare) or bare.startswith("#"):
        return ()
    inner = bare.removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return tuple(plain(cell.replace("\\|", "|")) for cell in _UNESCAPED.split(inner))
