"""Rule ``zero``: finds a 0 or -1 where nothing was measured. A missing value must be left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orchestrator.audit.row import ResultRow, all_rows, contradiction, doubt
from orchestrator.model.finding import Finding

COLUMNS = {"requests": "requests", "failures": "failures", "requests/s": "rps", "users": "users"}
COLUMNS |= {"answered/s": "goodput_rps", "duration": "duration_s", "body size": "body_bytes"}
EVERY_ROW_LEAST = 3
"""From this many rows on, one finding about the column replaces one for each row."""


def zero(rows: Sequence[ResultRow]) -> Iterator[Finding]:
    """A latency, CPU use or memory of 0 is a placeholder, and so is any negative number.

    A latency of 0 in Locust's whole milliseconds was less than half a millisecond: no finding.
    """
    cells = [(row, column, number) for row in rows for column, number in _cells(row).items()]
    columns = dict.fromkeys(column for _, column, _ in cells)
    for column in columns:
        held = [(row, number) for row, name, number in cells if name == column]
        wrong = [(row, number) for row, number in held if _placeholder(row, column, number)]
        values = {number for _, number in wrong}
        if len(wrong) == len(held) >= EVERY_ROW_LEAST and len(values) == 1:
            yield _found(
                all_rows([row for row, _ in wrong]),
                column,
                wrong[0][1],
                f" in each of {len(held)} rows",
            )
        else:
            for row, number in wrong:
                yield _found(row, column, number, "")


def _cells(row: ResultRow) -> dict[str, float]:
    counted = {name: getattr(row, field) for name, field in COLUMNS.items()}
    numbers = {**counted, **row.latencies(), **row.used}
    return {name: number for name, number in numbers.items() if number is not None}


def _placeholder(row: ResultRow, column: str, number: float) -> bool:
    if number < 0:
        return True
    if number > 0 or column in ("requests", "failures", "answered/s", "users", "body size"):
        return False  # these can be 0: no requests, no failures
    # A minimum may be 0, and with whole milliseconds so may the other latencies.
    whole = row.rounded and column in row.latencies()
    return column != "min" and not whole and not (row.requests == 0 and column in row.latencies())


def _found(row: ResultRow, column: str, number: float, where: str) -> Finding:
    kind = contradiction if number < 0 else doubt
    text = (
        f"{column} is {number:g}{where}: this cannot be a measurement. A value that was not "
        "measured must be left out."
    )
    return kind(row, "zero", number, None, text)
