"""Tables of text: Markdown, CSV, the names that people give to columns, the numbers they print."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.audit.cells import cell, count, milliseconds
from orchestrator.audit.columns import column
from orchestrator.audit.csv_table import csv_table
from orchestrator.audit.markdown import markdown_tables
from orchestrator.audit.row import ResultRow
from orchestrator.audit.tables import TextTable, result_rows
from orchestrator.errors import UsageError

ARTICLE = (Path(__file__).parents[1] / "data/audit/article_2019.md").read_text()

HOLD = r"""
Framework | Rank | Users | Requests/s | p50 (ms) | p99 (ms) | Peak MB | Limited by
:--|--:|--:|--:|--:|--:|--:|--:
**Japronto** | - | 8 | ≥ 56,688 | 0.11 | 0.94 | 58 | unknown
a \| b | 1 | 32 | 25,559 | 1.01 | 3.08 | 50 | server-cpu
broken | - | - | - | - | - | - | -
"""


def rows_of(text: str) -> list[ResultRow]:
    return [row for table in markdown_tables(text, "a.md") for row in result_rows(table)]


def test_the_articles_table_is_read_and_the_one_without_results_is_not() -> None:
    rows = {row.name: row for row in rows_of(ARTICLE)[:9]}
    pyramid = rows["Pyramid"]
    assert (pyramid.requests, pyramid.rps, pyramid.failures) == (12_290, 206.84, 345)
    assert rows["Django+Gunicorn"].percentiles == {50.0: 152.0}
    titles = [table.title for table in markdown_tables(ARTICLE, "a.md")]
    assert titles == ["Text (12 Bytes)", "JSON", "Perks"]
    assert len(rows_of(ARTICLE)) == 9 + 8


def test_a_table_of_this_labs_report_is_read_with_its_marks() -> None:
    japronto, other = rows_of(HOLD)
    assert (japronto.name, japronto.users, japronto.rps) == ("Japronto", 8, 56_688)
    assert japronto.percentiles == {50.0: 0.11, 99.0: 0.94}
    assert japronto.used == {"Peak MB": 58}
    assert (other.name, other.limited_by) == ("a | b", "server-cpu")


def test_a_constant_arrival_rate_is_no_rate_of_the_server() -> None:
    table = TextTable(
        title="",
        header=("Framework", "Load", "Requests/s", "Answered/s", "p50 (ms)"),
        rows=(("Bottle", "50%", "2,323", "2,073", "148"),),
    )
    (row,) = result_rows(table)
    assert (row.name, row.offered_rps, row.rps) == ("Bottle at 50%", 2_323, 2_073)


@pytest.mark.parametrize(
    ("title", "meaning", "percent", "unit"),
    [
        ("Total Request", "requests", 0, None),
        ("# requests", "requests", 0, None),
        ("Requests per second", "rps", 0, None),
        ("Req/Sec", "rps", 0, None),
        ("Requests/sec", "rps", 0, None),
        ("totalRequestsPerS", "rps", 0, None),
        ("Best performance", "rps", 0, None),
        ("totalRequests", "requests", 0, None),
        ("latencyAvg", "mean_ms", 0, None),
        ("latencyMax", "max_ms", 0, None),
        ("Median Response Time (ms)", "percentile", 50, "ms"),
        ("p99.9 (ms)", "percentile", 99.9, "ms"),
        ("percentile99", "percentile", 99, None),
        ("Latency (99%)", "percentile", 99, None),
        ("99th percentile", "percentile", 99, None),
        ("p95_ms", "percentile", 95, "ms"),
        ("Latency Avg", "mean_ms", 0, None),
        ("Avg Latency (us)", "mean_ms", 0, "us"),
        ("**Max** (ms)", "max_ms", 0, "ms"),
        ("Duration (s)", "duration_s", 0, "s"),
        ("Duration", "duration_s", 0, None),
        ("CPU µs/request", "used", 0, None),
        ("Mem", "used", 0, None),
    ],
)
def test_columns_are_known_by_many_names(
    title: str, meaning: str, percent: float, unit: str | None
) -> None:
    found = column(title)
    assert found is not None
    assert (found.meaning, found.percent, found.unit) == (meaning, percent, unit)


@pytest.mark.parametrize("title", ["Rank", "Service p99 (ms)", "Stars", "Failures/s", "2019", ""])
def test_columns_that_mean_something_else_are_left_alone(title: str) -> None:
    assert column(title) is None


@pytest.mark.parametrize(
    ("text", "ms"),
    [("3.70ms", 3.7), ("120µs", 0.12), ("1.5 s", 1_500), ("36000", 36_000), ("≥ 1,021", 1_021)],
)
def test_times_are_read_with_their_units(text: str, ms: float) -> None:
    found = cell(text)
    assert found is not None
    assert milliseconds(found, "ms") == pytest.approx(ms)


@pytest.mark.parametrize(
    ("text", "number"),
    [("12k", 12_000), ("1.2M", 1_200_000), ("25%", 25), ("1e5", 100_000), ("97.4k req", 97_400)],
)
def test_counts_are_read_with_their_scales(text: str, number: float) -> None:
    found = cell(text)
    assert found is not None
    assert count(found) == pytest.approx(number)


@pytest.mark.parametrize("text", ["", "-", "N/A", "null", "3.7.4", "2019-03-11", "4x4", "none"])
def test_what_is_no_number_is_missing(text: str) -> None:
    assert cell(text) is None


@settings(deadline=None)  # the machine may be busy
@given(st.integers(-(10**12), 10**12), st.sampled_from(",'_ "), st.booleans())
def test_numbers_survive_separators_and_marks(number: int, separator: str, bold: bool) -> None:
    text = f"{number:,}".replace(",", "," if separator == "_" else separator)
    found = cell(f"**{text}**" if bold else f" {text} ")
    assert found is not None
    assert found.number == number


@settings(deadline=None)  # the machine may be busy
@given(st.text(alphabet="|-: \\#a1,\n", max_size=80))
def test_any_text_is_a_table_or_none_or_refused_in_words(text: str) -> None:
    try:
        markdown_tables(text, "a.md")
    except UsageError as error:
        assert str(error).startswith("a.md:")


def test_a_row_of_another_length_is_refused_with_its_line() -> None:
    with pytest.raises(UsageError, match=r"^a\.csv:3: 3 cells where the header has 2$"):
        csv_table("name,rps\na,1\nb,2,3\n", "a.csv")
    with pytest.raises(UsageError, match=r"^a\.md:3: a row of 3 cells in a table of 2 columns$"):
        markdown_tables("| a | b |\n|---|---|\n| 1 | 2 | 3 |\n", "a.md")


@pytest.mark.parametrize("text", ["", "\n\n", 'a,"b\n'])
def test_what_is_no_csv_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"^a\.csv:"):
        csv_table(text, "a.csv")
