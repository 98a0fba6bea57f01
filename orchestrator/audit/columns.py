"""The meaning of a column's title. Tables of results have many titles for the same thing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from orchestrator.audit.cells import Dimension, is_time, plain

NAME, LIMIT, PATH, METHOD, LOAD = "name", "limited_by", "path", "method", "load"
USED = "used"
PERCENTILE = "percentile"

_NAMES = {
    NAME: "framework name server service implementation library entry language",
    LIMIT: "limited_by verdict bottleneck",
    PATH: "path endpoint url route",
    METHOD: "method",
    LOAD: "load",
    "requests": "requests total_requests total_request request_count requests_count #_requests "
    "total_request_count complete_requests completed_requests num_requests reqs #_reqs http_reqs",
    "failures": "failures failed_requests failed fails fail #_failures #_fails failure_count "
    "errors error_count total_failure_count total_errors drops non-2xx non-2xx_responses",
    "rps": "requests/s request/s rps req/s reqs/s requests/sec req/sec reqs/sec http_reqs/s "
    "request_per_second requests_per_second requests/second r/s qps average_rps requests_per_s "
    "total_requests_per_s throughput rate speed performance best_performance",
    "goodput_rps": "answered/s goodput goodput/s goodput_rps successes/s success/s 2xx/s",
    "users": "users user_count concurrency clients vus concurrent_users connections conns",
    "duration_s": "duration elapsed test_duration",
    "min_ms": "min minimum",
    "mean_ms": "mean average avg",
    "max_ms": "max maximum slowest p100 100%",
    "body_bytes": "average_content_size content_size body body_bytes body_size avg_content_size "
    "document_length",
}
_MEANING = {name: meaning for meaning, names in _NAMES.items() for name in names.split()}
_RATES = frozenset(name for name in _NAMES["rps"].split() if "/" in name) | {"rps", "qps"}
VAGUE = frozenset({"throughput", "rate", "speed", "performance", "best_performance", "language"})
VAGUE |= {name for key in ("min_ms", "mean_ms", "max_ms") for name in _NAMES[key].split()}
"""Titles whose meaning only a unit or another column shows. A plain title takes precedence."""
_DIMENSIONS: dict[str, Dimension] = {
    **dict.fromkeys(("requests", "failures", "users"), Dimension.COUNT),
    **dict.fromkeys(("rps", "goodput_rps"), Dimension.RATE),
    "body_bytes": Dimension.SIZE,
    USED: Dimension.USE,
}
_LATENCY_WORDS = re.compile(
    r"\b(?:total |total_)?(?:latency|latencies|response times?|resp time|http req duration)\b"
)
_PERCENTILE = re.compile(
    r"(?:p|percentile)? ?(\d\d?(?:\.\d+)?)(?:%|th|st|nd|rd)? ?(?:percentile|%ile|ile)?"
)
_USED = re.compile(r"\b(?:cpu|mem|memory|rss|ram)\b|^peak mb$")
_VARIANT = re.compile(r"(.+?)\s*\((\d+)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column that the audit understands.

    ``unit``: the unit of time in its title, or empty. ``percent``: which percentile it is.
    ``variant``: tells columns with the same meaning apart, such as ``(64)`` of ``Speed (64)``.
    ``vague``: see ``VAGUE``.
    """

    title: str
    meaning: str
    unit: str = ""
    percent: float = 0.0
    variant: str = ""
    vague: bool = False

    @property
    def dimension(self) -> Dimension:
        """The dimension of its cells."""
        return _DIMENSIONS.get(self.meaning, Dimension.TIME)


def column(title: str) -> Column | None:
    """The column with this title; None if the audit does not know the title."""
    shown = plain(title).replace("\\", "")
    variant = _VARIANT.fullmatch(shown)
    if variant and (one := column(variant[1])) and one.dimension is Dimension.RATE:
        return Column(title=shown, meaning=one.meaning, variant=f"({variant[2]})", vague=one.vague)
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", shown)  # totalRequests
    words = re.sub(r"[()\[\],:_]|\.(?!\d)|(?<!\d)\.", " ", spaced).lower()
    words = re.sub(r"\s*/\s*", "/", " ".join(words.split()))
    first, _, last = words.rpartition(" ")
    unit = last if first and is_time(last) and not first.endswith("per") else ""
    words = first.removesuffix(" in") if unit else words
    if last in _RATES and _MEANING.get(first) == "rps":  # Throughput (req/s)
        words = last
    name = words.replace(" ", "_")
    if meaning := _MEANING.get(name):
        return Column(title=shown, meaning=meaning, unit=unit, vague=name in VAGUE and not unit)
    if _USED.search(words):
        return Column(title=shown, meaning=USED)
    of_what, _, _ = shown.partition("(")  # Framework (Middleware)
    if _MEANING.get(name := of_what.strip().lower()) == NAME:
        return Column(title=shown, meaning=NAME, vague=name in VAGUE)
    return _latency(shown, words, unit)


def _latency(title: str, words: str, unit: str) -> Column | None:
    bare = " ".join(_LATENCY_WORDS.sub(" ", words).split())
    meaning = _MEANING.get(bare or (words and "mean"))  # "Latency" alone is the mean
    if meaning in ("min_ms", "mean_ms", "max_ms"):
        return Column(title=title, meaning=meaning, unit=unit)
    bare = re.sub(r"^p99(9+)$", r"p99.\1", "p50" if bare in ("median", "med") else bare)
    if bare == words and bare.replace(".", "").isdigit():
        return None  # "Latency 99" is a percentile; "99" alone may be anything
    if (match := _PERCENTILE.fullmatch(bare)) and float(match[1]) >= 1:
        return Column(title=title, meaning=PERCENTILE, unit=unit, percent=float(match[1]))
    return None
