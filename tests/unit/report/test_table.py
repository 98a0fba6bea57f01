"""A table is made from columns and objects, and has the same values in every format."""

import json
import re

import pytest

from orchestrator.report.column import AtLeast, Column, Span, Value
from orchestrator.report.table import Table, csv_text, json_text, make_table, markdown
from orchestrator.report.templating import environment

BREAKING_OUT = "body is '|x|\\|\r\n## Heading\n- <script>alert(1)</script>'"
Small = tuple[str, Value, str | None]
"""Two cells and a note."""
COLUMNS: tuple[Column[Small], ...] = (
    Column("a", "A", lambda row: row[0]),
    Column("b_ms", "B (ms)", lambda row: row[1], show="{:,.0f}".format),
)


def small(*rows: Small) -> Table:
    return make_table(name="t", title="t", columns=COLUMNS, rows=rows, note=lambda row: row[2])


def test_text_from_outside_cannot_leave_its_cell() -> None:
    assert markdown(small((BREAKING_OUT, 1_000.4, None))).splitlines() == [
        "| A | B (ms) |",
        "|---|---:|",
        "| body is '\\|x\\|\\\\\\| ## Heading - &lt;script>alert(1)&lt;/script>' | 1,000 |",
    ]


@pytest.mark.parametrize("text", ["[a](javascript:b)", "![a](b)", "*a*", "`a`"])
def test_markup_in_text_from_outside_is_escaped(text: str) -> None:
    cell = markdown(small((text, None, None))).splitlines()[-1]
    assert not re.search(r"(?<!\\)[`*\[]", cell)


def test_programs_get_numbers_where_people_get_text() -> None:
    table = small(("x", AtLeast(value=1_000.5), None), ("y", None, "failed"))
    assert table.shown == (("x", "≥ 1,000"), ("y", "failed"))
    assert csv_text(table) == "a,b_ms,note\nx,1000.5,\ny,,failed\n"
    assert json.loads(json_text(table))["rows"] == [
        {"a": "x", "b_ms": 1000.5, "note": None},
        {"a": "y", "b_ms": None, "note": "failed"},
    ]


def test_csv_quotes_text_with_separators() -> None:
    assert csv_text(small(('a,"b"\nc', 1, None))) == 'a,b_ms,note\n"a,""b""\nc",1,\n'


def test_one_column_gives_the_cells_of_every_format() -> None:
    new: Column[Small] = Column("c", "C", lambda row: row[0].upper(), words=True, wide=True)
    table = make_table(name="t", title="t", columns=(*COLUMNS, new), rows=[("x", 1, None)])
    assert markdown(table) == "| A | B (ms) | C |\n|---|---:|---|\n| x | 1 | X |\n"
    assert csv_text(table) == "a,b_ms,c,note\nx,1,X,\n"
    assert json.loads(json_text(table))["rows"] == [{"a": "x", "b_ms": 1, "c": "X", "note": None}]
    assert table.headings == (("A", True), ("B (ms)", False), ("C", True))


@pytest.mark.parametrize(
    ("words", "wide", "classes"),
    [(False, False, ""), (True, False, "word"), (False, True, "wide"), (True, True, "wide word")],
)
def test_the_page_marks_columns_that_a_narrow_screen_hides(
    words: bool, wide: bool, classes: str
) -> None:
    column: Column[Small] = Column("c", "C", lambda row: row[0], words=words, wide=wide)
    template = environment().from_string('{% from "table.html" import kind %}{{ kind(column) }}')
    assert template.render(column=column) == classes


@pytest.mark.parametrize(
    ("value", "sort"),
    [(None, ""), ("yes", "yes"), (1.5, "1.5"), (AtLeast(value=2), "2"), (Span(low=2, high=4), "2")],
)
def test_the_page_sorts_by_value_and_not_by_text(value: Value, sort: str) -> None:
    assert small(("x", value, None)).rows[0].cells[1].sort == sort
