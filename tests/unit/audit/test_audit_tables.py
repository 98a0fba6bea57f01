"""Reads tables: Markdown, CSV, titles of columns, and printed numbers."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.audit.cells import Dimension, Number, decimal_marks, number
from orchestrator.audit.columns import column
from orchestrator.audit.csv_table import csv_table
from orchestrator.audit.markdown import markdown_tables
from orchestrator.audit.row import ResultRow
from orchestrator.audit.tables import TextTable, results
from orchestrator.errors import CutOff, UsageError

ARTICLE = (Path(__file__).parents[1] / "data/audit/article_2019.md").read_text()

HOLD = r"""
Framework | Rank | Users | Requests/s | p50 (ms) | p99 (ms) | Peak MB | Limited by
:--|--:|--:|--:|--:|--:|--:|--:
**Japronto** | - | 8 | ≥ 56,688 | 0.11 | 0.94 | 58 | unknown
a \| b | 1 | 32 | 25,559 | 1.01 | 3.08 | 50 | server-cpu
broken | - | - | - | - | - | - | -
"""


def rows_of(text: str) -> list[ResultRow]:
    return [row for table in markdown_tables(text) for rows in results(table).sets for row in rows]


def value(text: str, dimension: Dimension, **how: str) -> float | str | None:
    found = number(text, dimension, **how)  # type: ignore[arg-type]
    return found.value if isinstance(found, Number) else found


def test_the_articles_tables_are_read_except_the_one_without_results() -> None:
    rows = {row.name: row for row in rows_of(ARTICLE)[:9]}
    pyramid = rows["Pyramid"]
    assert (pyramid.requests, pyramid.rps, pyramid.failures) == (12_290, 206.84, 345)
    assert rows["Django+Gunicorn"].percentiles == {50.0: 152.0}
    titles = [table.title for table in markdown_tables(ARTICLE)]
    assert titles == ["Text (12 Bytes)", "JSON", "Perks"]
    assert len(rows_of(ARTICLE)) == 9 + 8


def test_a_table_of_this_labs_report_is_read_with_its_marks() -> None:
    japronto, other = rows_of(HOLD)
    assert (japronto.name, japronto.users, japronto.rps) == ("Japronto", 8, 56_688)
    assert japronto.percentiles == {50.0: 0.11, 99.0: 0.94}
    assert japronto.used == {"Peak MB": 58}
    assert (other.name, other.limited_by) == ("a | b", "server-cpu")


def test_a_constant_arrival_rate_is_not_the_servers_rate() -> None:
    table = TextTable(
        title="",
        header=("Framework", "Load", "Requests/s", "Answered/s", "p50 (ms)"),
        rows=(("Bottle", "50%", "2,323", "2,073", "148"),),
    )
    ((row,),) = results(table).sets
    assert (row.name, row.offered_rps, row.rps) == ("Bottle at 50%", 2_323, 2_073)


@pytest.mark.parametrize(
    ("title", "meaning", "percent", "unit"),
    [
        ("Total Request", "requests", 0, ""),
        ("# requests", "requests", 0, ""),
        ("Requests per second", "rps", 0, ""),
        ("Req/Sec", "rps", 0, ""),
        ("Requests/sec", "rps", 0, ""),
        ("totalRequestsPerS", "rps", 0, ""),
        ("Best performance", "rps", 0, ""),
        ("totalRequests", "requests", 0, ""),
        ("latencyAvg", "mean_ms", 0, ""),
        ("latencyMax", "max_ms", 0, ""),
        ("Median Response Time (ms)", "percentile", 50, "ms"),
        ("p99.9 (ms)", "percentile", 99.9, "ms"),
        ("percentile99", "percentile", 99, ""),
        ("Latency (99%)", "percentile", 99, ""),
        ("99th percentile", "percentile", 99, ""),
        ("p95_ms", "percentile", 95, "ms"),
        ("Latency Avg", "mean_ms", 0, ""),
        ("Avg Latency (us)", "mean_ms", 0, "us"),
        ("**Max** (ms)", "max_ms", 0, "ms"),
        ("Duration (s)", "duration_s", 0, "s"),
        ("Duration", "duration_s", 0, ""),
        ("CPU µs/request", "used", 0, ""),
        ("Mem", "used", 0, ""),
        ("Requests / s", "rps", 0, ""),
        ("Throughput (req/s)", "rps", 0, ""),
        ("Conns", "users", 0, ""),
        ("Avg. latency", "mean_ms", 0, ""),
        ("p(95)", "percentile", 95, ""),
        ("p999_ms", "percentile", 99.9, "ms"),
        ("80%", "percentile", 80, ""),
        ("http_req_duration.p(99.9)", "percentile", 99.9, ""),
        ("[# fails](#note)", "failures", 0, ""),
        ("Framework (Middleware)", "name", 0, ""),
    ],
)
def test_columns_are_recognized_under_many_names(
    title: str, meaning: str, percent: float, unit: str
) -> None:
    found = column(title)
    assert found is not None
    assert (found.meaning, found.percent, found.unit) == (meaning, percent, unit)


@pytest.mark.parametrize(
    "title",
    ["Rank", "Service p99 (ms)", "Stars", "Failures/s", "Throughput (MB/s)", "64", "2019", ""],
)
def test_columns_that_mean_something_else_are_not_read(title: str) -> None:
    assert column(title) is None


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        *(
            ("3.70ms", 3.7),
            ("120µs", 0.12),
            ("1.5 s", 1_500),
            ("36000", 36_000),
            ("≥ 1,021", 1_021),
        ),
        *(("5.2 ± 0.4 ms", 5.2), ("5.2 ms +/- 7 %", 5.2), ("2 min", 120_000), ("**7** (ms)", 7)),
        *(("00:06.547", 6_547), ("1:00:02", 3_602_000), ("12 ms (1.5 %)", 12), ("🥇 3 ms", 3)),
    ],
)
def test_times_are_read_with_their_units(text: str, ms: float) -> None:
    assert value(text, Dimension.TIME, unit="ms") == pytest.approx(ms)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        *(("12k", 12_000), ("1.2M", 1_200_000), ("1e5", 100_000), ("97.4k req", 97_400)),
        *(
            ("1388 (23.55%)", 1_388),
            ("0(0.00%)", 0),
            ("12,345 ± 210", 12_345),
            ("\N{MINUS SIGN}3", -3),
        ),
        *(("[1 234](#note)", 1_234), ("12'345<sup>1</sup>", 12_345), ("9&nbsp;876 🚀", 9_876)),
    ],
)
def test_counts_are_read_with_their_scales(text: str, amount: float) -> None:
    assert value(text, Dimension.COUNT) == pytest.approx(amount)


@pytest.mark.parametrize(
    ("text", "dimension", "reason"),
    [
        ("503.58 MB", Dimension.RATE, "'MB' is not a unit of a rate"),
        ("25%", Dimension.COUNT, "'%' is not a unit of a count"),
        ("5 req/s", Dimension.COUNT, "not a unit"),
        ("12k", Dimension.TIME, "not a unit of a time"),
        ("100m", Dimension.COUNT, "'m' is not a unit of a count"),
        ("3 M", Dimension.TIME, "'M' is not a unit of a time"),
        ("~500", Dimension.RATE, "a bound or an estimate"),
        ("< 1 ms", Dimension.TIME, "a bound or an estimate"),
        ("± 5", Dimension.TIME, "a bound or an estimate"),
        ("12:30", Dimension.TIME, "it may be minutes"),
        ("1e400", Dimension.RATE, "no benchmark measures"),
        ("1e-320 s", Dimension.TIME, "no benchmark measures"),
        ("9" * 5_000, Dimension.COUNT, "no benchmark measures"),
        ("9" * 5_000 + ":00:00", Dimension.TIME, "not a number"),
        *(
            (text, Dimension.RATE, "not a number")
            for text in ("3.7.4", "2019-03-11", "4x4", "inf", "NaN")
        ),
    ],
)
def test_uncertain_cells_are_not_read_as_numbers_and_have_a_reason(
    text: str, dimension: Dimension, reason: str
) -> None:
    found = value(text, dimension)
    assert isinstance(found, str)
    assert reason in found


@pytest.mark.parametrize("text", ["", "-", "—", "N/A", "null", "none", "✅"])
def test_placeholders_are_missing_values(text: str) -> None:
    assert number(text, Dimension.RATE) is None


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (("12.345,67",), ","),
        (("95,2", "12.345"), ","),
        (("0.123",), "."),
        (("1,234,567", "9.876"), "."),
        (("12,345", "9.876"), "."),  # as in English, if no cell shows the decimal mark
        (("95,2", "94.8", "12.345"), "?"),
    ],
)
def test_cells_with_only_one_reading_show_the_decimal_mark(
    cells: tuple[str, ...], mark: str
) -> None:
    assert decimal_marks([(Dimension.RATE, cells)], None) == [mark]


def test_a_column_without_such_a_cell_has_the_mark_of_other_columns() -> None:
    assert decimal_marks([(Dimension.RATE, ["12.345"]), (Dimension.TIME, ["95,2"])], None) == [
        ",",
        ",",
    ]
    three = [(Dimension.RATE, ["12.345"]), (Dimension.TIME, ["95,2"]), (Dimension.TIME, ["94.8"])]
    assert decimal_marks(three, None) == ["?", ",", "."]


def test_counts_are_whole_so_that_a_point_in_them_separates_thousands() -> None:
    assert decimal_marks([(Dimension.COUNT, ["12.345"]), (Dimension.TIME, ["1,234"])], None) == [
        ",",
        ",",
    ]
    averaged = decimal_marks([(Dimension.COUNT, ["12.345"]), (Dimension.TIME, ["1.5"])], None)
    assert averaged == ["?", "."]
    assert decimal_marks([(Dimension.COUNT, ["12.345"])], ".") == ["?"]


def test_an_ambiguous_mark_is_not_guessed() -> None:
    assert value("12.345", Dimension.RATE, decimal=",") == 12_345
    assert value("12.345", Dimension.RATE, decimal=".") == 12.345
    assert "nothing shows" in str(value("12.345", Dimension.RATE, decimal="?"))
    assert value("95,2", Dimension.RATE, decimal="?") == 95.2


@settings(deadline=None)  # the machine may be busy
@given(st.integers(-(10**12), 10**12), st.sampled_from(",'_ "), st.booleans())
def test_numbers_are_read_with_separators_and_markup(
    amount: int, separator: str, bold: bool
) -> None:
    text = f"{amount:,}".replace(",", separator)
    assert value(f"**{text}**" if bold else f" {text} ", Dimension.COUNT) == amount


@settings(deadline=None)  # the machine may be busy
@given(st.text(alphabet="|-: \\#a1,.±%()\n", max_size=80))
def test_any_text_can_be_searched_for_tables(text: str) -> None:
    for table in markdown_tables(text):
        results(table)


def test_surplus_cells_of_a_markdown_row_are_not_read() -> None:
    (table,) = markdown_tables("| a | rps |\n|---|---|\n| 1 | 2 | 3 |\n")
    assert table.rows == (("1", "2"),)
    assert [(one.where, one.what) for one in table.unread] == [("line 3", "3")]


def test_csv_lines_that_are_not_rows_are_reported_by_number() -> None:
    text = "# a tool, its version\nname,rps\na,1\nb,2,3\nc\nname,rps\nd,4\n"
    table = csv_table(text, "a.csv")
    assert (table.header, table.rows) == (("name", "rps"), (("a", "1"), ("d", "4")))
    assert {one.where: one.reason for one in table.unread} == {
        "line 1": "before the header",
        "line 4": "3 cells where the header has 2",
        "line 5": "1 cells where the header has 2",
    }
    assert not any(one.cut_off for one in table.unread)


def test_a_csv_that_ends_in_a_line_is_cut_off() -> None:
    assert csv_table("name,rps\na,1\nb", "a.csv").unread[0].cut_off
    with pytest.raises(CutOff):
        csv_table('name,rps\na,"1\n', "a.csv")


def test_semicolons_may_have_either_decimal_mark() -> None:
    table = csv_table("name;rps;p50 (ms)\na;1.234,5;0,5\nb;2.345;1,234\n", "a.csv")
    ((first, second),) = results(table).sets
    assert (first.rps, second.rps, second.percentiles) == (1_234.5, 2_345, {50: 1.234})
    alone = results(csv_table("name;rps\na;2.345\n", "a.csv"))
    assert (alone.sets, "nothing shows" in alone.unread[0].reason) == ((), True)


def test_each_column_and_cell_that_is_not_read_is_reported() -> None:
    header = "| Framework | Language | Rate | Requests/s | p50 (ms) | Error rate |\n"
    (table,) = markdown_tables(header + "|-" * 6 + "|\n| a | go | 5 MB | 9 | fast | 1 % |\n")
    found = results(table)
    assert found.columns == ("Framework", "Requests/s", "p50 (ms)")
    assert {(one.where, one.what): one.reason for one in (*found.others, *found.unread)} == {
        ("column Language", ""): "column Framework has the same meaning, and was read instead",
        ("column Rate", ""): "column Requests/s has the same meaning, and was read instead",
        ("column Error rate", ""): "the audit does not know this title",
        ("a, p50 (ms)", "fast"): "not a number",
    }


def test_a_minimum_and_a_maximum_without_a_unit_are_not_results() -> None:
    (options,) = markdown_tables("| Option | Min | Max |\n|-|-|-|\n| retries | 5 | 0 |\n")
    found = results(options)
    assert (found.sets, found.others[0].where) == ((), "the table")
    (times,) = markdown_tables("| Framework | Min | Max |\n|-|-|-|\n| a | 5 ms | 9 ms |\n")
    assert results(times).sets[0][0].max_ms == 9


def test_columns_with_a_number_in_their_title_are_separate_tables() -> None:
    header = "| Framework | Speed (64) | Speed (256) |\n|-|-|-|\n"
    (table,) = markdown_tables(header + "| [a](http://a) (1.0) | 96 977 | 12 |\n")
    ((small,), (large,)) = results(table).sets
    assert (small.name, small.table, small.rps) == ("a (1.0)", "(64)", 96_977)
    assert (large.table, large.rps) == ("(256)", 12)


@pytest.mark.parametrize("text", ["", "\n\n", 'a,"b\n'])
def test_text_that_is_not_csv_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"^a\.csv:"):
        csv_table(text, "a.csv")
