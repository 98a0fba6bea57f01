"""Each rule about rows finds its case, and finds nothing in correct rows.

Numbers of other benchmarks are as they published them. docs/audit.md has the sources.
"""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.audit.results import audit_published, audit_results
from orchestrator.audit.row import ResultRow
from orchestrator.model.finding import Finding, Kind
from orchestrator.model.published import OfferedLoad, PublishedRow, PublishedTable

LOCAL_2019 = OfferedLoad(users=4_000, spawn_rate=500, duration_s=60, think_min_s=5, think_max_s=15)
REMOTE_2019 = OfferedLoad(
    users=10_000, spawn_rate=100, duration_s=60, think_min_s=5, think_max_s=15
)
TEXT_2019 = (
    ("aiohttp", 18_908, 313.74, 63),
    ("Bottle", 13_250, 221.04, 120),
    ("Flask", 16_012, 265.72, 120),
    ("Japronto", 18_804, 313.17, 62),
    ("Pyramid", 12_290, 206.84, 120),
    ("Sanic", 18_537, 310.92, 120),
    ("Starlette", 18_671, 311.90, 120),
    ("Tornado", 18_771, 314.84, 63),
    ("Django+Gunicorn", 18_052, 730.0, 152),
)


def row(name: str = "flask", **changes: object) -> ResultRow:
    return ResultRow(name=name, **changes)  # type: ignore[arg-type]


def audited(
    *rows: ResultRow, load: OfferedLoad | None = None, rule: str | None = None
) -> list[Finding]:
    found = audit_results(rows, "table.csv", load)
    return [one for one in found if rule is None or one.rule == rule]


def article() -> list[ResultRow]:
    return [
        row(name, requests=total, rps=rate, percentiles={50.0: ms})
        for name, total, rate, ms in TEXT_2019
    ]


# --- rate ----------------------------------------------------------------------------------------


def test_rate_finds_the_django_row_of_2019_by_the_other_rows() -> None:
    (finding,) = audited(*article(), rule="rate")
    assert (finding.file, finding.row, finding.kind) == (
        "table.csv",
        "Django+Gunicorn",
        Kind.DOUBT,
    )
    assert finding.seen == pytest.approx(24.73, abs=0.01)
    assert finding.expected == pytest.approx(59.86, abs=0.01)


def test_rate_is_a_contradiction_where_the_duration_is_known() -> None:
    (by_load,) = audited(*article(), load=REMOTE_2019, rule="rate")
    assert (by_load.kind, by_load.row, by_load.expected) == (
        Kind.CONTRADICTION,
        "Django+Gunicorn",
        60,
    )
    django = row("Django+Gunicorn", requests=18_052, rps=730.0, duration_s=60.0)
    (by_column,) = audited(django, rule="rate")
    assert by_column.kind is Kind.CONTRADICTION
    assert by_column.expected == pytest.approx(300.87, abs=0.01)


def test_rate_allows_rounding_rates_of_successes_and_two_rows_that_differ() -> None:
    assert not audited(row(requests=18_908, rps=313.74, duration_s=60.0))
    assert not audited(row(requests=1_000, failures=100, rps=90.0, duration_s=10.0))
    assert not audited(row("a", requests=600, rps=10.0), row("b", requests=60, rps=10.0))


# --- schedule-ceiling ----------------------------------------------------------------------------


def test_the_fastest_of_2019_measured_their_own_schedule() -> None:
    fast = [
        row("japronto", requests=23_868, rps=399.93),
        row("tornado", requests=23_644, rps=395.91),
        row("flask", requests=19_023, rps=318.03),
    ]
    found = audited(*fast, load=LOCAL_2019, rule="schedule-ceiling")
    assert [(f.row, f.seen, f.kind) for f in found] == [
        ("japronto", 23_868, Kind.DOUBT),
        ("tornado", 23_644, Kind.DOUBT),
    ]
    assert "97% of the 24,567" in found[0].text


def test_a_rate_beyond_the_schedule_is_found_too() -> None:
    (finding,) = audited(*article(), load=REMOTE_2019, rule="schedule-ceiling")
    assert (finding.row, finding.seen) == ("Django+Gunicorn", 730)
    assert "205%" in finding.text


def test_there_is_no_ceiling_without_think_time_or_with_a_full_server() -> None:
    busy = OfferedLoad(users=8, spawn_rate=8, duration_s=10, think_min_s=0, think_max_s=0)
    assert not audited(row(requests=10**6), load=busy)
    full = row(requests=23_868, limited_by="server-cpu")
    assert not audited(full, load=LOCAL_2019, rule="schedule-ceiling")


# --- little --------------------------------------------------------------------------------------


def test_little_says_that_a_mean_cannot_exceed_p99() -> None:
    """A real case: 97,000 requests/s at 512 connections imply 5.3 ms on average."""
    (finding,) = audited(row(users=512, rps=97_000, percentiles={99.0: 4.1}), rule="little")
    assert (finding.kind, finding.expected) == (Kind.DOUBT, 4.1)
    assert finding.seen == pytest.approx(5.278, abs=0.001)


def test_little_finds_a_rate_that_so_few_users_cannot_reach() -> None:
    (finding,) = audited(row(users=8, rps=1_000, mean_ms=50.0), rule="little")
    assert (finding.seen, finding.expected) == (8, 50)
    (finding,) = audited(row(users=8, rps=1_000, min_ms=20.0, max_ms=60.0), rule="little")
    assert finding.seen == 8


def test_little_finds_an_implied_mean_above_the_maximum() -> None:
    (finding,) = audited(row(users=100, rps=100, max_ms=300.0), rule="little")
    assert (finding.seen, finding.expected) == (1_000, 300)


def test_little_subtracts_the_think_time_of_a_known_load() -> None:
    right = row(requests=23_868, rps=399.93, mean_ms=16.0, max_ms=749.0)
    assert not audited(right, load=LOCAL_2019, rule="little")
    idle = row(requests=12_000, rps=200.0, max_ms=749.0)
    (finding,) = audited(idle, load=LOCAL_2019, rule="little")
    assert (finding.kind, finding.expected) == (Kind.DOUBT, 749)
    assert finding.seen == pytest.approx(8_667, abs=1)
    slow = row(requests=23_868, rps=399.93, mean_ms=9_000.0)
    (finding,) = audited(slow, load=LOCAL_2019, rule="little")
    assert (finding.kind, finding.expected) == (Kind.CONTRADICTION, 9_000)


def test_little_finds_nothing_in_a_correct_closed_loop_or_an_open_loop() -> None:
    assert not audited(row(users=32, rps=25_559, percentiles={50.0: 1.01, 99.0: 3.08}))
    assert not audited(row(users=64, rps=250, offered_rps=250, percentiles={50.0: 1.0, 99.0: 3.0}))
    assert not audited(row(users=32, rps=25_559, percentiles={99.0: 0.003}, known_unit=False))


# --- percentile-order, mean-outside-percentiles, equal-columns -----------------------------------


def test_percentiles_out_of_order_are_a_contradiction() -> None:
    (finding,) = audited(row(percentiles={50.0: 12.0, 90.0: 9.0, 99.0: 30.0}))
    assert (finding.rule, finding.seen, finding.expected) == ("percentile-order", 12, 9)
    (finding,) = audited(row(percentiles={50.0: 1.0}, mean_ms=70.0, max_ms=60.0))[:1]
    assert (finding.rule, finding.seen, finding.expected) == ("percentile-order", 70, 60)


def test_locusts_rounding_is_allowed_for() -> None:
    """The article's Japronto: the 100 % percentile is 750 ms, the maximum 749."""
    japronto = row(percentiles={99.0: 240.0, 100.0: 750.0}, min_ms=1, max_ms=749, rounded=True)
    assert not audited(japronto)


def test_a_mean_that_its_percentiles_do_not_allow_is_a_contradiction() -> None:
    """Half of the requests took 100 ms or more, so the mean cannot be below 50."""
    (low,) = audited(row(mean_ms=20.0, percentiles={50.0: 100.0, 99.0: 200.0}))
    assert (low.rule, low.kind) == ("mean-outside-percentiles", Kind.CONTRADICTION)
    (high,) = audited(row(mean_ms=90.0, percentiles={50.0: 10.0, 99.0: 20.0}, max_ms=500.0))
    assert (high.rule, high.seen) == ("mean-outside-percentiles", 90)
    assert high.expected == pytest.approx(0.5 * 10 + 0.49 * 20 + 0.01 * 500, rel=0.02)


def test_a_mean_above_p99_is_a_doubt_where_the_maximum_is_not_known() -> None:
    (finding,) = audited(row(mean_ms=28.0, percentiles={99.0: 20.0}))
    assert (finding.rule, finding.kind) == ("mean-outside-percentiles", Kind.DOUBT)


def test_a_p99_that_duplicates_the_mean_in_all_rows_is_a_copy() -> None:
    rows = [
        row(n, mean_ms=ms, percentiles={99.0: ms})
        for n, ms in zip("abc", (3.7, 5.1, 8.2), strict=True)
    ]
    (finding,) = audited(*rows, rule="equal-columns")
    assert (finding.row, finding.seen, finding.expected) == ("all rows", 3.7, 3.7)
    assert "mean and p99" in finding.text


def test_equal_columns_needs_several_rows_and_more_than_whole_milliseconds() -> None:
    assert not audited(*(row(n, percentiles={95.0: 3.7, 99.0: 3.7}) for n in "ab"))
    fast = [
        row(n, percentiles={95.0: ms, 99.0: ms}, rounded=True)
        for n, ms in zip("abc", (1.0, 2.0, 1.0), strict=True)
    ]
    assert not audited(*fast)
    tails = [
        row(n, percentiles={99.9: ms}, max_ms=ms)
        for n, ms in zip("abc", (3.7, 5.1, 8.2), strict=True)
    ]
    assert not audited(*tails)


# --- zero ----------------------------------------------------------------------------------------


def test_a_column_of_zeros_is_found() -> None:
    """A shootout of 2026 printed p95 0.00, CPU % 0.0 and Mem 0 in every one of its six rows."""
    rows = [
        row(n, rps=1_000.0 + 100 * i, percentiles={95.0: 0.0}, used={"CPU %": 0.0, "Mem": 0.0})
        for i, n in enumerate("abcdef")
    ]
    found = audited(*rows, rule="zero")
    assert [(f.row, f.seen, f.text.split()[0]) for f in found] == [
        ("all rows", 0, "p95"),
        ("all rows", 0, "CPU"),
        ("all rows", 0, "Mem"),
    ]


def test_minus_one_errors_in_every_row_are_a_contradiction() -> None:
    """The-benchmarker stored -1 for each error count of each of 999 rows."""
    rows = [row(str(i), failures=-1, rps=1_000.0 + i * 7.3) for i in range(999)]
    (finding,) = [f for f in audited(*rows, rule="zero") if f.rule == "zero"]
    assert (finding.row, finding.seen, finding.kind) == ("all rows", -1, Kind.CONTRADICTION)


def test_no_failures_and_rounded_latencies_of_zero_are_correct() -> None:
    assert not audited(row(requests=100, failures=0, rps=10.0, percentiles={50.0: 0.146}))
    whole = row(requests=100, min_ms=0.0, percentiles={50.0: 0.0, 99.0: 1.0}, rounded=True)
    assert not audited(whole)


# --- plateau, equal-values -----------------------------------------------------------------------


def test_five_of_nine_frameworks_of_2019_share_a_plateau() -> None:
    (finding,) = audited(*article(), rule="plateau")
    assert finding.row == "aiohttp, Japronto, Sanic, Starlette, Tornado"
    assert (finding.seen, finding.expected) == (310.92, 314.84)


def test_174_of_380_frameworks_at_one_rate_measure_the_load_generator() -> None:
    """The-benchmarker's run of 2026-09: 174 of 380 between 96.0k and 97.4k requests/s."""
    many = [row(f"t{i}", rps=96_000 + 1_400 * i / 173) for i in range(174)]
    others = [row(f"o{i}", rps=1_000 * 1.022**i) for i in range(206)]
    (finding,) = audited(*many, *others, rule="plateau")
    assert "174 of 380" in finding.text
    assert "and 162 more" in finding.row


def test_constant_rates_and_rates_of_full_servers_may_be_equal() -> None:
    at_one_rate = [row(n, rps=250.0 + i / 10, offered_rps=250.0) for i, n in enumerate("abcd")]
    assert not audited(*at_one_rate)
    full = [row(n, rps=5_000.0 + i, limited_by="server-cpu") for i, n in enumerate("abcd")]
    assert not audited(*full)
    assert not audited(*(row(n, rps=5_000.0 * 1.03**i) for i, n in enumerate("abcd")))


def test_scenarios_of_one_framework_are_not_a_plateau() -> None:
    assert not audited(*(row(n, rps=5_000.0 + i) for i, n in enumerate("aabbb")), rule="plateau")


def test_the_same_number_in_two_rows_is_probably_copied() -> None:
    (finding,) = audited(row("a", rps=12_345.6), row("b", rps=12_345.6))
    assert (finding.rule, finding.row, finding.seen) == ("equal-values", "a, b", 12_345.6)
    assert not audited(row("a", rps=12_000.0), row("b", rps=12_000.0))


# --- counts --------------------------------------------------------------------------------------


def test_more_failures_than_requests_are_a_contradiction_where_both_are_counted_together() -> None:
    (finding,) = audited(row(requests=10, failures=11, failures_apart=False))
    assert (finding.rule, finding.kind) == ("counts", Kind.CONTRADICTION)
    (finding,) = audited(row(requests=10, failures=11))
    assert finding.kind is Kind.DOUBT


def test_a_total_is_the_sum_of_its_rows() -> None:
    rows = [row("/a", requests=10), row("/b", requests=20)]
    assert not audited(*rows, row("Aggregated", requests=30))
    (finding,) = audited(*rows, row("Aggregated", requests=31))
    assert (finding.rule, finding.row, finding.seen, finding.expected) == (
        "counts",
        "Aggregated",
        31,
        30,
    )


@pytest.mark.parametrize("name", ["**Total**", "Grand total", "All requests", "Overall", "Summe"])
def test_a_total_may_have_many_names(name: str) -> None:
    rows = [row(n, requests=1_234, rps=100.0 * i) for i, n in enumerate("abcd", 1)]
    (finding,) = audited(*rows, row(name, requests=9_999, rps=1_000.0), rule="counts")
    assert (finding.seen, finding.expected) == (9_999, 4_936)


def test_a_framework_may_be_called_requests() -> None:
    rows = [row(n, requests=1_000 * i, rps=3.7 * i) for i, n in enumerate("abc", 1)]
    assert not audited(*rows, row("requests", requests=99), rule="counts")


def test_rounded_numbers_add_up_within_their_last_digit() -> None:
    rows = [row("a", requests=5_200), row("b", requests=6_900)]
    assert not audited(*rows, row("Total", requests=12_000))
    assert audited(*rows, row("Total", requests=13_000), rule="counts")


def test_a_row_that_adds_up_the_others_is_a_total_under_any_name() -> None:
    rows = [row("a", requests=12_345, rps=205.75), row("b", requests=10_002, rps=166.7)]
    assert not audited(*rows, row("both of them", requests=22_347, rps=172.2), rule="rate")
    other = audited(*rows, row("c", requests=22_348, rps=172.2), rule="rate")
    assert [finding.row for finding in other] == ["c"]


def test_an_average_of_rows_is_neither_a_framework_nor_a_total() -> None:
    rows = [row(n, users=8, rps=rps, mean_ms=8e3 / rps) for n, rps in (("a", 100), ("b", 10_000))]
    assert not audited(*rows, row("Average", users=8, rps=5_050, mean_ms=40.4))


def test_other_totals_than_counts_are_only_doubts_in_tables_of_others() -> None:
    rows = [row("a", requests=10, max_ms=5.0), row("b", requests=20, max_ms=7.0)]
    (finding,) = audited(*rows, row("Total", requests=30, max_ms=12.0))
    assert (finding.kind, finding.seen, finding.expected) == (Kind.DOUBT, 12, 7)


# --- errors --------------------------------------------------------------------------------------


def test_a_rate_of_errors_is_a_doubt() -> None:
    (finding,) = audited(row(requests=15_791, failures=15_791, duration_s=15.07, rps=1_048.1))
    assert (finding.rule, finding.kind, finding.seen) == ("errors", Kind.DOUBT, 15_791)
    assert not audited(row(requests=29_373, failures=13_952))


def test_more_successes_than_answers_are_a_contradiction() -> None:
    (finding,) = audited(row(rps=100.0, goodput_rps=150.0))
    assert (finding.rule, finding.seen, finding.expected) == ("counts", 150, 100)


# --- published tables, and honest tables ---------------------------------------------------------


def test_a_published_table_is_audited_like_any_other() -> None:
    rows = tuple(
        PublishedRow(service=n.lower(), name=n, requests=total, rps=rate, median_ms=ms, failures=0)
        for n, total, rate, ms in TEXT_2019
    )
    table = PublishedTable(workload="text", file="2019/text.csv", rows=rows, load=REMOTE_2019)
    found = audit_published(table)
    assert {f.file for f in found} == {"2019/text.csv"}
    assert [f.rule for f in found] == ["rate", "schedule-ceiling", "plateau"]


def locusts(ms: float) -> float:
    """As Locust rounds: two significant digits, whole milliseconds."""
    return round(ms, -(len(str(int(ms))) - 2)) if ms >= 100 else round(ms)


def measured(latencies_ms: Sequence[float], *, rounded: bool) -> ResultRow:
    ordered = sorted(latencies_ms)
    n = len(ordered)

    def at(percent: float) -> float:
        ms = ordered[min(n - 1, int(n * percent / 100))]
        return locusts(ms) if rounded else ms

    return row(
        requests=n,
        duration_s=10.0,
        rps=n / 10,
        min_ms=ordered[0],
        mean_ms=sum(ordered) / n,
        max_ms=ordered[-1],
        percentiles={p: at(p) for p in (50.0, 66.0, 75.0, 90.0, 95.0, 99.0, 99.9)},
        rounded=rounded,
    )


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.floats(0.01, 60_000), min_size=1, max_size=300), st.booleans())
def test_correct_numbers_have_no_finding(latencies: list[float], rounded: bool) -> None:
    assert not audited(measured(latencies, rounded=rounded))
