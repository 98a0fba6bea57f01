"""An interactive test in numbers and words."""

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
    """What a worker sends each half second."""
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
    assert json.loads(json.dumps(found)) == found  # it leaves as JSON
    return found


def shown(found: dict[str, Any]) -> dict[str, str]:
    return {row.what: row.value for row in rows(found)}


def test_before_any_test_there_is_nothing_to_say_but_that() -> None:
    found = summary(None)
    assert found["test"] is None
    assert [row.value for row in rows(found)] == ["none has begun yet"]
    assert lines(found) == []


def test_a_test_without_a_report_has_no_rate_and_no_latency_but_no_zeros_either() -> None:
    found = summary(watched())
    assert found["goodput_rps"] == {"whole": None, "recent": None, "recent_s": 0}
    assert set(found["latency_ms"].values()) == {None}
    assert found["load_generator"]["idle"] is None
    assert shown(found)["Latency p50 (ms)"] == "-"


def test_requests_are_successes_and_failures_by_kind_and_only_successes_make_the_rate() -> None:
    found = summary(watched(report({1000: 9}, {"reset": 1}), report({1000: 11}, {"eof": 2})))
    assert (found["requests"], found["successes"]) == (23, 20)
    assert found["failures"] == {"eof": 2, "reset": 1}
    assert found["goodput_rps"]["whole"] == 20
    assert shown(found)["Failures"] == "3 (eof 2, reset 1)"


def test_percentiles_are_exact_to_the_microsecond_and_of_successes_alone() -> None:
    one_each = {1000 + n: 1 for n in range(1, 1001)}
    found = summary(watched(report(one_each, {"timeout": 500})))
    assert found["latency_ms"] == {
        "p50": 1.5, "p90": 1.9, "p99": 1.99, "p99.9": 1.999, "max": 2.0,
    }  # fmt: skip


def test_a_single_answer_is_each_of_its_percentiles() -> None:
    assert set(summary(watched(report({1234: 1})))["latency_ms"].values()) == {1.234}


def test_lately_is_the_last_reports_and_the_whole_is_the_whole() -> None:
    early, late = [report({1: 100})] * LATEST, [report({1: 50})] * LATEST
    rate = summary(watched(*early, *late))["goodput_rps"]
    assert rate == {"whole": 150, "recent": 100, "recent_s": LATEST / 2}


def test_workers_add_up_and_of_their_troubles_the_worst_counts() -> None:
    watch = watched(report({1: 10}, idle=0.9, lag_us=1000))
    watch.report("two", report({1: 20}, idle=0.2, lag_us=7000))
    found = summary(watch)
    assert found["goodput_rps"]["whole"] == 60
    assert found["users"]["users"] == 4
    load = found["load_generator"]
    assert (load["workers"], load["idle"], load["lag_ms"]) == (2, 0.2, 7.0)


def test_a_reset_forgets_all_but_the_requests_that_are_under_way() -> None:
    watch = watched(report({1: 10}, under_way=2))
    watch.reset()
    assert summary(watch)["requests"] == 0
    watch.report("one", report({1: 5}, began=5, under_way=2))  # 2 of before end, 2 others begin
    found = summary(watch)
    assert (found["requests"], found["unfinished"], found["under_way"]) == (5, 2, 2)
    assert found["duration_s"] == 0.5


def test_what_a_lost_worker_had_reported_counts_and_it_is_said() -> None:
    watch = watched(report({1: 10}, under_way=2))
    watch.report("two", report({1: 10}, under_way=2))
    watch.still_there({"two"})
    found = summary(watch)
    assert (found["requests"], found["under_way"]) == (20, 2)
    assert [row.note for row in rows(found) if row.what == "Beware"] == found["caveats"]
    assert shown(found)["Workers"] == "2, 1 lost"
    assert any("worker was lost" in caveat for caveat in found["caveats"])
    watch.still_there({"one", "two"})  # it was only slow
    assert summary(watch)["caveats"] == []


def test_workers_that_leave_after_the_test_are_not_lost() -> None:
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
def test_a_load_generator_at_its_own_limit_is_not_kept_secret(
    data: dict[str, Any], said: str
) -> None:
    (caveat,) = summary(watched(data))["caveats"]
    assert said in caveat


def test_locusts_own_users_do_not_know_how_idle_they_were() -> None:
    found = summary(watched(report({1: 1}, idle=None, lag_us=None)))
    assert (found["load_generator"]["idle"], found["load_generator"]["lag_ms"]) == (None, None)
    assert found["caveats"] == []


def test_a_locust_that_counts_otherwise_is_told() -> None:
    watch = watched(report({1: 10}))
    assert summary(watch)["locust"]["agrees"]
    found = summary(watch, Counted(9, 0))
    assert not found["locust"]["agrees"]
    assert any("Locust counted otherwise" in caveat for caveat in found["caveats"])


def test_an_open_loop_says_what_was_due_and_how_late_it_was_sent() -> None:
    asked = Asked("http://framework:8000", "json", "engine", rate=500)
    found = summary(watched(report({9000: 1}, service={4000: 1}, late={30: 1}), asked=asked))
    assert (found["service_ms"]["p99"], found["late_ms"]["p99"], found["overdue"]) == (4.0, 0.03, 0)
    assert shown(found)["Load"] == "500 requests/s over 2 connections"
    assert shown(found)["Due, not sent"] == "0"


def test_a_rate_that_cannot_be_is_said() -> None:
    found = summary(watched(asked=Asked("http://f:1", "json", "http", obstacle="needs --client")))
    assert found["caveats"] == ["The test cannot run: needs --client"]


def test_the_lines_of_a_log_are_few_and_end_with_what_this_is_not() -> None:
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
    assert said[5:] == [f"an interactive look, {NO_BENCHMARK}"]
