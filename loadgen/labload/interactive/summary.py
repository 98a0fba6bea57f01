"""The summary of an interactive test: as JSON, as rows of a table, and as lines of a log. Pure.

Latencies are in ms, exact to the microsecond. None means unknown.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from itertools import accumulate
from math import ceil
from typing import Any, NamedTuple

from labload.interactive.watch import Asked, Fate, Watch
from labwire.thresholds import LAG_MOST_MS, nearly_full

NO_BENCHMARK = (
    "not a benchmark: no load is held or repeated, and nothing says what limited the rate;"
    " numbers to compare come from `make bench`"
)
PERCENTILES = (50.0, 90.0, 99.0, 99.9)


class Row(NamedTuple):
    """One line of the table."""

    what: str
    value: str
    note: str = ""


class Counted(NamedTuple):
    """Locust's own counts of the same test."""

    requests: int
    failures: int


def summarise(watch: Watch | None, state: str, users: int, locust: Counted) -> dict[str, Any]:
    """Everything known about a test, ready for JSON.

    Args:
        watch: None if no test has begun yet.
        state: Locust's name for the state, such as running.
        users: the number of users that the test should have.
    """
    if watch is None:
        return {"note": NO_BENCHMARK, "state": state, "test": None, "caveats": []}
    total, fates = watch.total, watch.workers.values()
    span_s = max((fate.span_us for fate in fates), default=0) / 1e6
    summary: dict[str, Any] = {
        "note": NO_BENCHMARK,
        "state": state,
        "test": _test(watch.asked, watch.framework),
        "duration_s": span_s,
        "users": {"wanted": users, **_now(watch, "users"), **_now(watch, "answered")},
        "requests": total.ended,
        "successes": total.successes,
        "failures": dict(sorted(total.failures.items())),
        "goodput_rps": {
            "whole": total.completed / span_s if span_s else None,
            **_recent_rate(fates),
        },
        "latency_ms": _percentiles(total.latencies),
        **_now(watch, "under_way"),
        "unfinished": watch.unfinished,
        "load_generator": _load_generator(watch),
        "locust": {**locust._asdict(), "agrees": locust == (total.ended, total.failed)},
    }
    if watch.asked.rate is not None:
        summary |= {
            **_now(watch, "overdue"),
            "service_ms": _percentiles(total.service),
            "late_ms": _percentiles(total.late),
        }
    return {**summary, "caveats": _caveats(watch, summary)}


def rows(summary: Mapping[str, Any]) -> list[Row]:
    """A summary as a table for people."""
    if summary["test"] is None:
        return [Row("Test", "none has started yet")]
    return [
        Row("Kind", "interactive test", summary["note"]),
        *(Row("Warning", "", caveat) for caveat in summary["caveats"]),
        *_what_was_asked(summary),
        *_what_came_of_it(summary),
        *_latencies(summary),
        *_what_is_open(summary),
        *_how_the_load_was(summary),
    ]


def lines(summary: Mapping[str, Any]) -> list[str]:
    """A summary as a few lines of plain text."""
    if summary["test"] is None:
        return []
    found = {row.what: row.value for row in rows(summary)}
    latency_ms = summary["latency_ms"].items()
    same = "the same" if summary["locust"]["agrees"] else found["Locust's own count"]
    return [
        f"{found['Framework']}, {found['Workload']}: {found['Load']}, {found['Time']}",
        f"{found['Requests']} requests, failures: {found['Failures']};"
        f" {found['Successes/s']} successes/s; Locust counts {same}",
        "latency of successes (ms): "
        + ", ".join(f"{name} {_shown(value, '.3f')}" for name, value in latency_ms),
        f"load generator: {found['Load generator idle']} idle,"
        f" longest lag {found['Load generator lag (ms)']} ms",
        *summary["caveats"],
        f"interactive test, {summary['note']}",
    ]


# --- numbers -------------------------------------------------------------------------------------


def _test(asked: Asked, framework: str | None) -> dict[str, Any]:
    return {
        "framework": framework,
        "url": asked.url,
        "workload": asked.workload,
        "client": asked.client,
        "rate": asked.rate,
    }


def _now(watch: Watch, name: str) -> dict[str, int]:
    """The sum of a value in the workers' latest glances; lost workers count as nothing."""
    there = (fate for worker, fate in watch.workers.items() if worker not in watch.lost)
    return {name: sum(getattr(fate.latest[-1].glance, name) for fate in there if fate.latest)}


def _recent_rate(fates: Iterable[Fate]) -> dict[str, float | None]:
    """Successes/s in the last seconds, and the number of these seconds."""
    rate, longest_us = 0.0, 0
    for fate in fates:
        span_us = sum(report.glance.span_us for report in fate.latest)
        if span_us:
            rate += sum(report.completed for report in fate.latest) / span_us * 1e6
            longest_us = max(longest_us, span_us)
    return {"recent": rate if longest_us else None, "recent_s": longest_us / 1e6}


def _percentiles(latencies: Mapping[int, int]) -> dict[str, float | None]:
    """Percentiles of the latencies in ms (nearest rank), and the maximum."""
    names = [f"p{percent:g}" for percent in PERCENTILES]
    if not latencies:
        return dict.fromkeys([*names, "max"])
    ordered = sorted(latencies)
    counts = list(accumulate(latencies[latency] for latency in ordered))
    # Rounded before `ceil`, because 99.9 / 100 * 1000 is a little more than 999.
    ranks = [max(1, ceil(round(percent / 100 * counts[-1], 6))) for percent in PERCENTILES]
    at = [ordered[bisect_left(counts, rank)] / 1000 for rank in ranks]
    return {**dict(zip(names, at, strict=True)), "max": ordered[-1] / 1000}


def _load_generator(watch: Watch) -> dict[str, Any]:
    """Idle share and lag of the load generator; of several workers the worst."""
    fates = watch.workers.values()
    lags = [fate.lag_us for fate in fates if fate.lag_us is not None]
    return {
        "workers": len(fates),
        "lost": len(watch.lost),
        "idle": min(
            (fate.idle_us / fate.span_us for fate in fates if fate.knows_idle and fate.span_us),
            default=None,
        ),
        "idle_recent": min((idle for fate in fates for idle in _recent_idle(fate)), default=None),
        "lag_ms": max(lags) / 1000 if lags else None,
    }


def _recent_idle(fate: Fate) -> list[float]:
    known = [report.glance for report in fate.latest if report.glance.idle is not None]
    span_us = sum(glance.span_us for glance in known)
    idle_us = sum((glance.idle or 0) * glance.span_us for glance in known)
    return [idle_us / span_us] if span_us else []


def _caveats(watch: Watch, summary: Mapping[str, Any]) -> list[str]:
    load, asked = summary["load_generator"], watch.asked
    idle, lag_ms = _least(load["idle"], load["idle_recent"]), load["lag_ms"]
    found = [
        (asked.obstacle is not None, f"The test cannot run: {asked.obstacle}"),
        (
            nearly_full(idle),
            "The load generator was rarely idle: it may be the limit, not the framework",
        ),
        (
            lag_ms is not None and lag_ms > LAG_MOST_MS,
            "The load generator itself stood still for a while: the latencies include this time",
        ),
        (
            load["lost"] > 0,
            "A worker was lost: the numbers lack what it had not reported yet",
        ),
        (
            not summary["locust"]["agrees"],
            "Locust's own count differs from the lab's: one of the two is wrong",
        ),
        (
            watch.interrupted,
            "Locust was stopped during the test: the numbers lack what came after the last report,"
            " at most half a second",
        ),
    ]
    return [text for holds, text in found if holds]


def _least(*numbers: float | None) -> float | None:
    return min((number for number in numbers if number is not None), default=None)


# --- words ---------------------------------------------------------------------------------------


def _what_was_asked(summary: Mapping[str, Any]) -> list[Row]:
    test, users = summary["test"], summary["users"]["wanted"]
    framework = test["framework"]
    closed = test["rate"] is None
    return [
        Row("Framework", framework or test["url"], test["url"] if framework else ""),
        Row("Workload", test["workload"], f"client: {test['client']}"),
        Row(
            "Load",
            f"closed loop, {users:,} users"
            if closed
            else f"{test['rate']:,g} requests/s over {users:,} connections",
            "each user sends its next request when it has its answer"
            if closed
            else "sent on a schedule",
        ),
        Row("Time", f"{summary['duration_s']:,.1f} s", summary["state"]),
    ]


def _what_came_of_it(summary: Mapping[str, Any]) -> list[Row]:
    rate, failures = summary["goodput_rps"], summary["failures"]
    failed = sum(failures.values())
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in failures.items())
    return [
        Row("Requests", f"{summary['requests']:,}", "ended, successfully or not"),
        Row("Failures", f"{failed:,} ({kinds})" if failed else "0"),
        Row(
            "Successes/s", _shown(rate["whole"], ".1f"), "over the whole test, including its start"
        ),
        Row("Recent successes/s", _shown(rate["recent"], ".1f"), f"last {rate['recent_s']:.1f} s"),
    ]


def _latencies(summary: Mapping[str, Any]) -> list[Row]:
    note = (
        "of successes" if "late_ms" not in summary else "of successes, since each request was due"
    )
    shown = [
        Row(f"Latency {name} (ms)", _shown(value, ".3f"), note)
        for name, value in summary["latency_ms"].items()
    ]
    if "late_ms" in summary:
        shown += [
            Row(
                "Service p99 (ms)",
                _shown(summary["service_ms"]["p99"], ".3f"),
                "since the request was sent",
            ),
            Row(
                "Sent late p99 (ms)",
                _shown(summary["late_ms"]["p99"], ".3f"),
                "the load generator's own delay",
            ),
        ]
    return shown


def _what_is_open(summary: Mapping[str, Any]) -> list[Row]:
    users = summary["users"]
    shown = [
        Row("Under way", f"{summary['under_way']:,}", "requests that have not ended yet"),
        Row("Unfinished", f"{summary['unfinished']:,}", "under way, or their user was removed"),
        Row("Users with an answer", f"{users['answered']:,} of {users['users']:,}"),
    ]
    if "overdue" in summary:
        shown.insert(1, Row("Due, not sent", f"{summary['overdue']:,}", "no connection is idle"))
    return shown


def _how_the_load_was(summary: Mapping[str, Any]) -> list[Row]:
    load, locust = summary["load_generator"], summary["locust"]
    lost = f", {load['lost']} lost" if load["lost"] else ""
    return [
        Row(
            "Load generator idle",
            _shown(load["idle"], ".0%"),
            _shown(load["idle_recent"], ".0%", lambda text: f"{text} in the last seconds"),
        ),
        Row(
            "Load generator lag (ms)", _shown(load["lag_ms"], ".1f"), "the longest delay of a timer"
        ),
        Row("Workers", f"{load['workers']}{lost}"),
        Row(
            "Locust's own count",
            f"{locust['requests']:,} requests, {locust['failures']:,} failures",
            "the same as the lab's" if locust["agrees"] else "differs from the lab's",
        ),
    ]


def _shown(
    number: float | None, form: str, worded: Callable[[str], str] = lambda text: text
) -> str:
    return "-" if number is None else worded(f"{number:,{form}}")
