"""What the name of a column means. Tables of results name the same thing in a dozen ways."""

from __future__ import annotations

import re
from dataclasses import dataclass

from orchestrator.audit.cells import is_time

NAME, LIMIT, PATH = "name", "limited_by", "path"
USED = "used"
PERCENTILE = "percentile"

_NAMES = {
    NAME: "framework name server service language implementation library entry",
    LIMIT: "limited_by verdict bottleneck",
    PATH: "path endpoint url route",
    "requests": "requests total_requests total_request request_count requests_count #_requests "
    "total_request_count complete_requests completed_requests num_requests",
    "failures": "failures failed_requests failed fails #_failures #_fails failure_count errors "
    "error_count total_failure_count total_errors drops non-2xx",
    "rps": "requests/s request/s rps req/s reqs/s requests/sec req/sec request_per_second "
    "requests_per_second requests/second throughput r/s qps average_rps rate speed "
    "performance best_performance requests_per_s total_requests_per_s",
    "goodput_rps": "answered/s goodput goodput/s goodput_rps successes/s success/s 2xx/s",
    "users": "users user_count concurrency clients vus concurrent_users connections",
    "duration_s": "duration elapsed test_duration",
    "min_ms": "min minimum",
    "mean_ms": "mean average avg",
    "max_ms": "max maximum slowest p100 100%",
    "body_bytes": "average_content_size content_size body body_bytes body_size avg_content_size "
    "document_length",
}
_MEANING = {name: meaning for meaning, names in _NAMES.items() for name in names.split()}
_LATENCY_WORDS = re.compile(
    r"\b(?:total |total_)?(?:latency|latencies|response times?|resp time)\b"
)
_PERCENTILES = (
    re.compile(r"p ?(\d\d?(?:\.\d+)?)"),
    re.compile(r"(\d\d?(?:\.\d+)?)(?:%|th|st|nd|rd)? ?(?:percentile|%ile|ile)?"),
    re.compile(r"percentile ?(\d\d?(?:\.\d+)?)"),
)
_USED = re.compile(r"\b(?:cpu|mem|memory|rss|ram)\b|^peak mb$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What a column holds. ``unit``: the time's unit that its header names; ``percent``: of a
    percentile."""

    title: str
    meaning: str
    unit: str | None = None
    percent: float = 0.0


def column(title: str) -> Column | None:
    """The meaning of a column's header; None where the audit knows none."""
    plain = re.sub(r"[*`\\]", "", title).strip()
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain)  # totalRequests
    words = " ".join(re.sub(r"[()\[\],:_]", " ", spaced).lower().split())
    first, _, last = words.rpartition(" ")
    unit = last if first and is_time(last) and not first.endswith("per") else None
    words = first if unit else words
    if meaning := _MEANING.get(words.replace(" ", "_")):
        return Column(title=plain, meaning=meaning, unit=unit)
    if _USED.search(words):
        return Column(title=plain, meaning=USED)
    return _latency(plain, words, unit)


def _latency(title: str, words: str, unit: str | None) -> Column | None:
    bare = " ".join(_LATENCY_WORDS.sub(" ", words).split())
    if not bare:  # "Latency" alone: the mean
        return Column(title=title, meaning="mean_ms", unit=unit) if words else None
    meaning = _MEANING.get(bare)
    if meaning in ("min_ms", "mean_ms", "max_ms"):
        return Column(title=title, meaning=meaning, unit=unit)
    if bare == "median":
        return Column(title=title, meaning=PERCENTILE, unit=unit, percent=50.0)
    for form in _PERCENTILES:
        if (match := form.fullmatch(bare)) and float(match[1]) >= 1:
            return Column(title=title, meaning=PERCENTILE, unit=unit, percent=float(match[1]))
    return None
