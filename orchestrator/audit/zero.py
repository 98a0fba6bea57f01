"""Rule ``zero``: a 0 or -1 where nothing was measured. Missing is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orchestrator.audit.row import ResultRow, all_rows, contradiction, doubt
from orchestrator.model.finding import Finding

COLUMNS = {"requests": "requests", "failures": "failures", "requests/s": "rps", "users": "users"}
COLUMNS |= {"answered/s": "goodput_rps", "duration": "duration_s", "body size": "body_bytes"}
EVERY_ROW_LEAST = 3
"""From so many rows on, one finding about the column tells more than one for each row."""


def zero(rows: Sequence[ResultRow]) -> Iterator[Finding]:
    """No request takes no time, no running server needs no CPU and no memory, nothing is negative.

    Where Locust's whole milliseconds say 0, the latency was below half of one: not a finding.
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
        return False  # nothing asked, nothing failed: these can be 0
    # The shortest latency, and where whole milliseconds are all there is the others too.
    whole = row.rounded and column in row.latencies()
    return column != "min" and not whole and not (row.requests == 0 and column in row.latencies())


def _found(row: ResultRow, column: str, number: float, where: str) -> Finding:
    kind = contradiction if number < 0 else doubt
    text = (
        f"{column} is {number:g}{where}: that is no measurement. What was not measured has to be "
        "missing."
    )
    return kind(row, "zero", number, None, text)
