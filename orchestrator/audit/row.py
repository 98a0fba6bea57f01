"""One row of results, whatever file it came from, and how a finding about it is made."""

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
    "manifest",
]
"""Every rule of the audit; ``docs/audit.md`` tells what each is for.

The names stand in what ``lab audit --json`` prints, so they stay: ``verdict`` is about outcome and
limit of a trial.
"""

_SUMS = r"totals?|sum|all|overall|aggregated?|combined|gesamt|summe"
_AVERAGES = r"averages?|avg|mean|median|geomean"
_AVERAGE = re.compile(rf"\b(?:{_AVERAGES})\b")
_SUM = re.compile(
    rf"(?=.*\b(?:{_SUMS}|{_AVERAGES})\b)"
    rf"(?:(?:grand|of|the|requests|rows|frameworks|{_SUMS}|{_AVERAGES})\b\W*)+"
)
"""Names of rows that add up the others, or average them (see ``total.adds_up``, too)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRow:
    """What a source says of one framework; None where it says nothing.

    ``file``: where the row stands, if not in the audited file itself; ``table``: under which
    heading, in a file with several tables. ``rps`` counts what was answered (failures included
    where the source includes them); ``offered_rps`` is what was asked for, at a constant arrival
    rate. ``percentiles``: percent -> ms. ``rounded``: the row is Locust's: latencies have two
    significant digits and whole milliseconds. ``failures_apart``: the source may leave failures
    out of ``requests``. ``known_unit``: it says in which unit its latencies are. ``used``: CPU and
    memory by the name of their column.
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
        """Whether its name says that it adds up other rows, or averages them. A test of Locust's
        may have any name."""
        return not self.rounded and _SUM.fullmatch(self.name.strip(" *").lower()) is not None

    @property
    def is_average(self) -> bool:
        """Whether it averages other rows, where it ``is_sum``."""
        return _AVERAGE.search(self.name.lower()) is not None

    def latencies(self) -> dict[str, float]:
        """Every latency that the row has, in ms, by the name that a person knows it by."""
        named = {
            "min": self.min_ms,
            "mean": self.mean_ms,
            **{percentile(percent): ms for percent, ms in sorted(self.percentiles.items())},
            "max": self.max_ms,
        }
        return {name: ms for name, ms in named.items() if ms is not None}


def percentile(percent: float) -> str:
    """``p99``, ``p99.9``."""
    return f"p{percent:g}"


def shown(number: float) -> str:
    """A number as a person reads it: up to six digits, with thousands separators."""
    return f"{number:,.0f}" if abs(number) >= 100_000 else f"{float(f'{number:.6g}'):,.10g}"


def all_rows(rows: Sequence[ResultRow], name: str = "all rows") -> ResultRow:
    """What a finding about several rows of one table is about."""
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
    """What is not finite is no number, in JSON neither."""
    return str(number) if isinstance(number, float) and not math.isfinite(number) else number


Make = Callable[..., Finding]
"""What makes a finding of a row: ``contradiction`` or ``doubt``."""
contradiction: Make = partial(_finding, Kind.CONTRADICTION)
"""Two numbers of the row that cannot both be right."""
doubt: Make = partial(_finding, Kind.DOUBT)
"""Numbers of the row that may be right, but deserve no trust as they are labelled."""
