"""The summary of an interactive test, in numbers and words."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from labload.counts.glance import Glance
from labload.counts.tally import StepTally, to_wire
from labload.interactive.summary import NO_BENCHMARK, Counted, lines, rows, summarise
from labload.interactive.watch import LATEST, Asked, Watch
from labwire.thresholds import IDLE_LEAST, LAG_MOST_MS

ASKED = Asked("http://framework:8000", "json", "engine")
HALF_S = 500_000  # us


def report(
    latencies: dict[int, int] | None = None,
    failures: dict[str, int] | None = None,
    *,
    began: int | None = None,
    idle: float | None = 0.5,
    lag_us: int | None = 1000,
    under_way: int = 0,
    users: int = 2,
    **more: Any,
) -> dict[str, Any]:
    """A worker's report for half a second."""
    ok, failed = Counter(latencies or {}), Counter(failures or {})
    tally = StepTally(
        began=ok.total() + failed.total() + under_way if began is None else began,
        completed=ok.total(),
        latencies=ok,
        failures=failed,
        **more,
    )
    glance = Glance(HALF_S, users, users, under_way, 0, idle, lag_us)
    return {"lab": to_wire({0: tally}), "lab_glance": glance.to_wire()}


def watched(*reports: dict[str, Any], asked: Asked = ASKED) -> Watch:
    watch = Watch(asked)
    for data in reports:
        watch.report("one", data)
    return watch


def summary(watch: Watch | None, locust: Counted | None = None) -> dict[str, Any]:
    if locust is None and watch is not None:
        locust = Counted(watch.total.ended, watch.total.failed)
    found = summarise(watch, "running", 2, locust or Counted(0, 0))
    assert json.loads(json.dumps(found)) == found  # it is sent as JSON
    return found


def shown(found: dict[str, Any]) -> dict[str, str]:
    return {row.what: row.value for row in rows(found)}


def test_before_any_test_the_summary_only_says_so() -> None:
    found = summary(None)
    assert found["test"] is None
    assert [row.value for row in rows(found)] == ["none has started yet"]
    assert lines(found) == []


def test_without_a_report_rate_and_latency_are_missing_and_not_zero() -> None:
    found = summary(watched())
    assert found["goodput_rps"] == {"whole": None, "recent": None, "recent_s": 0}
    assert set(found["latency_ms"].values()) == {None}
    assert found["load_generator"]["idle"] is None
    assert shown(found)["Latency p50 (ms)"] == "-"


def test_requests_include_failures_but_the_rate_is_of_successes() -> None:
    found = summary(watched(report({1000: 9}, {"reset": 1}), report({1000: 11}, {"eof": 2})))
    assert (found["requests"], found["successes"]) == (23, 20)
    assert found["failures"] == {"eof": 2, "reset": 1}
    assert found["goodput_rps"]["whole"] == 20
    assert shown(found)["Failures"] == "3 (eof 2, reset 1)"


def test_percentiles_are_exact_and_of_successes_only() -> None:
    one_each = {1000 + n: 1 for n in range(1, 1001)}
    found = summary(watched(report(one_each, {"timeout": 500})))
    assert found["latency_ms"] == {
        "p50": 1.5, "p90": 1.9, "p99": 1.99, "p99.9": 1.999, "max": 2.0,
    }  # fmt: skip


def test_with_a_single_answer_all_percentiles_are_equal() -> None:
    assert set(summary(watched(report({1234: 1})))["latency_ms"].values()) == {1.234}


def test_the_recent_rate_is_of_the_last_reports() -> None:
    early, late = [report({1: 100})] * LATEST, [report({1: 50})] * LATEST
    rate = summary(watched(*early, *late))["goodput_rps"]
    assert rate == {"whole": 150, "recent": 100, "recent_s": LATEST / 2}


def test_workers_add_up_and_the_worst_load_generator_counts() -> None:
    watch = watched(report({1: 10}, idle=0.9, lag_us=1000))
    watch.report("two", report({1: 20}, idle=0.2, lag_us=7000))
    found = summary(watch)
    assert found["goodput_rps"]["whole"] == 60
    assert found["users"]["users"] == 4
    load = found["load_generator"]
    assert (load["workers"], load["idle"], load["lag_ms"]) == (2, 0.2, 7.0)


def test_a_reset_keeps_only_the_requests_under_way() -> None:
    watch = watched(report({1: 10}, under_way=2))
    watch.reset()
    assert summary(watch)["requests"] == 0
    watch.report("one", report({1: 5}, began=5, under_way=2))  # 2 old ones end, 2 begin
    found = summary(watch)
    assert (found["requests"], found["unfinished"], found["under_way"]) == (5, 2, 2)
    assert found["duration_s"] == 0.5


def test_reports_of_a_lost_worker_count_and_the_loss_is_a_caveat() -> None:
    watch = watched(report({1: 10}, under_way=2))
    watch.report("two", report({1: 10}, under_way=2))
    watch.still_there({"two"})
    found = summary(watch)
    assert (found["requests"], found["under_way"]) == (20, 2)
    assert [row.note for row in rows(found) if row.what == "Warning"] == found["caveats"]
    assert shown(found)["Workers"] == "2, 1 lost"
    assert any("worker was lost" in caveat for caveat in found["caveats"])
    watch.still_there({"one", "two"})  # the worker was only slow
    assert summary(watch)["caveats"] == []


def test_workers_that_stop_after_the_test_are_not_lost() -> None:
    watch = watched(report({1: 10}))
    watch.end()
    watch.still_there(set())
    assert summary(watch)["caveats"] == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (report({1: 1}, idle=IDLE_LEAST - 0.01), "it may be the limit"),
        (report({1: 1}, lag_us=int(LAG_MOST_MS * 1000) + 1), "stood still"),
    ],
)
def test_a_load_generator_at_its_limit_is_a_caveat(data: dict[str, Any], said: str) -> None:
    (caveat,) = summary(watched(data))["caveats"]
    assert said in caveat


def test_with_locusts_own_users_the_idle_time_is_unknown() -> None:
    found = summary(watched(report({1: 1}, idle=None, lag_us=None)))
    assert (found["load_generator"]["idle"], found["load_generator"]["lag_ms"]) == (None, None)
    assert found["caveats"] == []


def test_different_counts_of_locust_are_a_caveat() -> None:
    watch = watched(report({1: 10}))
    assert summary(watch)["locust"]["agrees"]
    found = summary(watch, Counted(9, 0))
    assert not found["locust"]["agrees"]
    assert any("Locust's own count differs" in caveat for caveat in found["caveats"])


def test_an_open_loop_shows_due_requests_and_lateness() -> None:
    asked = Asked("http://framework:8000", "json", "engine", rate=500)
    found = summary(watched(report({9000: 1}, service={4000: 1}, late={30: 1}), asked=asked))
    assert (found["service_ms"]["p99"], found["late_ms"]["p99"], found["overdue"]) == (4.0, 0.03, 0)
    assert shown(found)["Load"] == "500 requests/s over 2 connections"
    assert shown(found)["Due, not sent"] == "0"


def test_an_impossible_rate_is_a_caveat() -> None:
    found = summary(watched(asked=Asked("http://f:1", "json", "http", obstacle="needs --client")))
    assert found["caveats"] == ["The test cannot run: needs --client"]


def test_the_log_lines_end_with_the_note_that_this_is_no_benchmark() -> None:
    watch = watched(report({41_485: 10}, {"reset": 1}))
    watch.framework = "flask"
    watch.end(interrupted=True)
    said = lines(summary(watch))
    assert said[0] == "flask, json: closed loop, 2 users, 0.5 s"
    assert said[1] == (
        "11 requests, failures: 1 (reset 1); 20.0 successes/s; Locust counts the same"
    )
    assert said[2].startswith("latency of successes (ms): p50 41.485, p90 41.485")
    assert said[3] == "load generator: 50% idle, longest lag 1.0 ms"
    assert "stopped during the test" in said[4]
    assert said[5:] == [f"interactive test, {NO_BENCHMARK}"]
