"""Rules about rows that are too similar: the load generator set the rate, or a row was copied."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from orchestrator.audit.row import ResultRow, all_rows, doubt, shown
from orchestrator.audit.unread import named
from orchestrator.model.finding import Finding
from orchestrator.model.limit import Limit

PLATEAU_WIDTH = 0.02
"""Two runs of one framework often differ by more, at TechEmpower by up to 25 % (its issue 992)."""
PLATEAU_ROWS, PLATEAU_SHARE = 4, 0.4
"""Real cases: five of nine rows in the article of 2019, 174 of 380 in the-benchmarker of 2026."""
DIGITS_LEAST = 4
"""By chance, two of nine rows agree in three digits in every 25th table, in four in every 250th."""
NAMED_MOST = 12
VALUES = {"requests": "requests", "requests/s": "rps", "answered/s": "goodput_rps"}
VALUES["ms of mean latency"] = "mean_ms"


def plateau(rows: Sequence[ResultRow]) -> Iterator[Finding]:
    """Many different frameworks have nearly the same rate: something they share sets that rate.

    Left out: rows at a constant arrival rate, whose rates are equal by design, and a group in which
    every row says ``server-cpu``, since each of them reached its own limit.
    """
    rated = sorted(
        (row for row in rows if row.rps is not None and row.rps > 0 and row.offered_rps is None),
        key=lambda row: row.rps or 0,
    )
    group = _widest(rated)
    different = len({row.name for row in group})  # a framework may have a row for each scenario
    few = different < PLATEAU_ROWS or len(group) < PLATEAU_SHARE * len(rated)
    if few or all(row.limited_by == Limit.SERVER_CPU for row in group):
        return
    least, most = group[0].rps or 0, group[-1].rps or 0
    text = (
        f"{len(group)} of {len(rated)} rows lie between {shown(least)} and {shown(most)} "
        f"requests/s, within {most / least - 1:.1%}. Something that they have in common (load "
        "generator, schedule, network) set this rate, not each framework."
    )
    yield doubt(all_rows(group, _names(group)), "plateau", least, most, text)


def _widest(rated: Sequence[ResultRow]) -> Sequence[ResultRow]:
    """The largest group of rows whose rates lie within ``PLATEAU_WIDTH`` of the lowest."""
    best: Sequence[ResultRow] = ()
    begin = 0
    for end, row in enumerate(rated):
        while (row.rps or 0) > (rated[begin].rps or 0) * (1 + PLATEAU_WIDTH):
            begin += 1
        if end + 1 - begin > len(best):
            best = rated[begin : end + 1]
    return best


def equal_values(rows: Sequence[ResultRow]) -> Iterator[Finding]:
    """Two rows have exactly the same count, rate or mean: one is probably a copy.

    Percentiles are left out: tools round them to two or three digits, so they are often equal.
    """
    for unit, field in VALUES.items():
        holders: dict[float, list[ResultRow]] = defaultdict(list)
        for row in rows:
            asked_for = row.offered_rps is not None and field.endswith("rps")
            number = None if asked_for else getattr(row, field)
            if number is not None and number > 0 and digits(number) >= DIGITS_LEAST:
                holders[number].append(row)
        for number, same in holders.items():
            if len({row.name for row in same}) > 1:
                text = (
                    f"{len(same)} rows have exactly {shown(number)} {unit}, to the last digit: "
                    "probably a copy."
                )
                yield doubt(all_rows(same, _names(same)), "equal-values", number, number, text)


def digits(number: float) -> int:
    """The number of significant digits, without zeros at the end, which may come from rounding."""
    return len(f"{number:.15g}".split("e")[0].replace(".", "").strip("0"))


def _names(rows: Sequence[ResultRow]) -> str:
    return named(sorted({row.name for row in rows}, key=str.lower), NAMED_MOST)
