"""The tables of a Markdown file (https://github.github.com/gfm/#tables-extension-)."""

from __future__ import annotations

import re

from orchestrator.audit.tables import TextTable
from orchestrator.errors import UsageError

_RULE_CELL = re.compile(r"\s*:?-+:?\s*")
_UNESCAPED = re.compile(r"(?<!\\)\|")


def markdown_tables(text: str, where: str) -> tuple[TextTable, ...]:
    """Every table, with the heading that it stands under.

    Raises:
        UsageError: a row has more cells than its table has columns; names file and line.
    """
    found: list[TextTable] = []
    title = ""
    header: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] | None = None
    for number, line in enumerate([*text.splitlines(), ""], 1):
        cells = _cells(line)
        if rows is not None and cells:
            rows.append(_fitted(cells, len(header), f"{where}:{number}"))
            continue
        if rows is not None:
            found.append(TextTable(title=title, header=header, rows=tuple(rows)))
            header, rows = (), None
        if header and len(cells) == len(header) and all(map(_RULE_CELL.fullmatch, cells)):
            rows = []
        else:
            header = cells
        if line.startswith("#"):
            title = line.lstrip("#").strip()
    return tuple(found)


def _cells(line: str) -> tuple[str, ...]:
    """The cells of a line; none where it is no row of a table."""
    bare = line.strip()
    if not _UNESCAPED.search(bare) or bare.startswith("#"):
        return ()
    inner = bare.removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return tuple(cell.strip().replace("\\|", "|") for cell in _UNESCAPED.split(inner))


def _fitted(cells: tuple[str, ...], width: int, where: str) -> tuple[str, ...]:
    if len(cells) > width:
        raise UsageError(f"{where}: a row of {len(cells)} cells in a table of {width} columns")
    return cells + ("",) * (width - len(cells))
