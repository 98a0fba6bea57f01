"""Small records to export. Tests change the parts that they test."""

from dataclasses import replace
from typing import Any

from orchestrator.model.comparable import Comparable, ComparableRow, Quantity

CPU = Quantity(name="cpu-time", title="CPU time for a request", unit="µs", less_is_faster=True)
RATE = Quantity(name="rate", title="requests/s", unit="1/s", less_is_faster=False)
RATIO = Quantity(name="relative", title="cost", unit="", less_is_faster=True)


def row(**changes: Any) -> ComparableRow:
    example = ComparableRow(
        service="flask",
        workload="json",
        quantity=CPU,
        values=(550.0, 560.0, 570.0, 555.0),
        made_of={"image": "sha256:abc", "python": ""},
    )
    return replace(example, **changes)


def comparable(*rows: ComparableRow, **changes: Any) -> Comparable:
    example = Comparable(
        experiment="ab",
        run_id="ab-2026-03-02-abcdef",
        started_at="2026-03-02T12:00:00Z",
        conditions={"network": "bridge"},
        circumstances={"kernel": "6.12\n", "commit": ""},
        rows=rows or (row(),),
    )
    return replace(example, **changes)


def scaled(factor: float, like: ComparableRow) -> ComparableRow:
    return replace(like, values=tuple(value * factor for value in like.values))
