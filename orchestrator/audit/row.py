"""One row of results, from any kind of file, and functions that make a finding about it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from orchestrator.model.finding import Finding, Kind

Rule = Literal[
    "rate",
    "little",
    "percentile-order",
    "mean-outside-percentiles",
    "equal-columns",
    "workload-path",
    "body-size",
    "body-differs",
    "zero",
    "schedule-ceiling",
    "plateau",
    "equal-values",
    "counts",
    "errors",
    "verdict",
    "launches",
    "manifest",
]
"""All rules of the audit. ``docs/audit.md`` describes them.

``lab audit --json`` prints these names, so they must not change. ``verdict`` is about the outcome
and the limit of a trial.
"""

_SUMS = r"totals?|sum|all|overall|aggregated?|combined|gesamt|summe"
_AVERAGES = r"averages?|avg|mean|median|geomean"
_AVERAGE = re.compile(rf"\b(?:{_AVERAGES})\b")
_SUM = re.compile(
    rf"(?=.*\b(?:{_SUMS}|{_AVERAGES})\b)"
    rf"(?:(?:grand|of|the|requests|rows|frameworks|{_SUMS}|{_AVERAGES})\b\W*)+"
)
"""Names of rows that are a sum or an average of the others (see also ``total.adds_up``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRow:
    """What a source says about one framework; None where it says nothing.

    ``file``: the row's file, if it is not the audited file itself. ``table``: the heading of the
    row's table, in a file with several. ``rps``: answers a second (with failures, if the source
    includes them). ``offered_rps``: a constant arrival rate. ``percentiles``: percent -> ms.
    ``rounded``: Locust wrote the row, so latencies have two significant digits and whole
    milliseconds. ``failures_apart``: the source may leave failures out of ``requests``.
    ``known_unit``: the source gives the unit of its latencies. ``used``: CPU and memory by the
    title of their column.
    """

    name: str
    file: str = ""
    table: str = ""
    requests: float | None = None
    failures: float | None = None
    failures_apart: bool = True
    duration_s: float | None = None
    rps: float | None = None
    goodput_rps: float | None = None
    offered_rps: float | None = None
    users: float | None = None
    min_ms: float | None = None
    mean_ms: float | None = None
    max_ms: float | None = None
    percentiles: Mapping[float, float] = field(default_factory=dict)
    rounded: bool = False
    known_unit: bool = True
    method: str = ""
    path: str | None = None
    body_bytes: float | None = None
    used: Mapping[str, float] = field(default_factory=dict)
    limited_by: str | None = None

    @property
    def is_sum(self) -> bool:
        """Whether the row's name says that it is a sum or an average of other rows.

        Locust's rows are never one, since a test may have any name.
        """
        return not self.rounded and _SUM.fullmatch(self.name.strip(" *").lower()) is not None

    @property
    def is_average(self) -> bool:
        """Whether a row that ``is_sum`` is an average."""
        return _AVERAGE.search(self.name.lower()) is not None

    def latencies(self) -> dict[str, float]:
        """All latencies of the row in ms, by name (``min``, ``mean``, ``p99``, ``max``)."""
        named = {
            "min": self.min_ms,
            "mean": self.mean_ms,
            **{percentile(percent): ms for percent, ms in sorted(self.percentiles.items())},
            "max": self.max_ms,
        }
        return {name: ms for name, ms in named.items() if ms is not None}


def percentile(percent: float) -> str:
    """A percentile's name: ``p99``, ``p99.9``."""
    return f"p{percent:g}"


def shown(number: float) -> str:
    """A number for people: up to six digits, with thousands separators."""
    return f"{number:,.0f}" if abs(number) >= 100_000 else f"{float(f'{number:.6g}'):,.10g}"


def all_rows(rows: Sequence[ResultRow], name: str = "all rows") -> ResultRow:
    """A row that stands for several rows of one table, for a finding about all of them."""
    return ResultRow(name=name, file=rows[0].file, table=rows[0].table)


def _finding(
    kind: Kind,
    row: ResultRow,
    rule: Rule,
    seen: float | str | None,
    expected: float | str | None,
    text: str,
) -> Finding:
    name = f"{row.table}: {row.name}" if row.table else row.name
    seen, expected = _finite(seen), _finite(expected)
    return Finding(
        file=row.file, row=name, rule=rule, kind=kind, seen=seen, expected=expected, text=text
    )


def _finite(number: float | str | None) -> float | str | None:
    """Infinity and NaN as text, since JSON has no numbers for them."""
    return str(number) if isinstance(number, float) and not math.isfinite(number) else number


Make = Callable[..., Finding]
"""A function that makes a finding about a row: ``contradiction`` or ``doubt``."""
contradiction: Make = partial(_finding, Kind.CONTRADICTION)
"""Make a finding: two numbers of the row cannot both be right."""
doubt: Make = partial(_finding, Kind.DOUBT)
"""Make a finding: the numbers may be right, but probably do not mean what their label says."""
