"""Runs of a history, made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from orchestrator.history.run import KeptRun, in_time, kept
from orchestrator.model.comparable import Comparable, ComparableRow, Quantity

COST = Quantity(name="relative-cost", title="relative cost", unit="", less_is_faster=True)
RATE = Quantity(name="throughput", title="throughput", unit="1/s", less_is_faster=False)
NOISE = (0.99, 1.02, 1.0, 0.98, 1.01, 1.0, 1.03, 0.97, 1.0, 1.01)
"""What nights vary by."""


def row(*values: float, service: str = "flask", **changes: Any) -> ComparableRow:
    example = {"workload": "json", "quantity": COST, **changes}
    return ComparableRow(service=service, values=values, **example)


def comparable(number: int, *rows: ComparableRow, **changes: Any) -> Comparable:
    """The run of a day of January 2026; with up to 31 days."""
    example = {
        "experiment": "cost",
        "run_id": f"cost-2026-01-{number + 1:02}-{number:06x}",
        "started_at": f"2026-01-{number + 1:02}T02:00:00Z",
        "conditions": {"CPU model": "one", "CPUs": "2", "workload json": "GET /json"},
        "circumstances": {"kernel": "6.1" if number < 10 else "6.2", "OS": "Debian"},
    }
    return Comparable(rows=rows, **{**example, **changes})


def run(number: int, *rows: ComparableRow, **changes: Any) -> KeptRun:
    return kept(comparable(number, *rows, **changes))[0]


def nights(levels: Sequence[float], quantity: Quantity = COST, **changes: Any) -> list[KeptRun]:
    """A run a night with two repeats, around these values."""
    return [
        run(
            number,
            row(
                level * NOISE[number % len(NOISE)] * 1.002,
                level * NOISE[number % len(NOISE)] / 1.002,
                quantity=quantity,
            ),
            **changes,
        )
        for number, level in enumerate(levels)
    ]


def changed(**changes: Any) -> list[KeptRun]:
    """A service that gets dearer by a fifth after ten nights, and as cheap as before after 20."""
    return nights([1.0] * 10 + [1.2] * 10 + [1.0] * 10, **changes)


def many() -> list[KeptRun]:
    """Two groups of lines: a change in one, too few runs in the other."""
    other = {"CPU model": "two", "CPUs": "1", "workload json": "GET /json"}
    few = [
        run(number, row(3.0, quantity=RATE), run_id=f"2026-02-01-{number:06x}", conditions=other)
        for number in range(3)
    ]
    return list(in_time([*changed(), *few]))
