"""Two records of nine services as comparables, made by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import exp
from random import Random
from typing import Any

from orchestrator.model.comparable import Comparable, ComparableRow, Quantity

THROUGHPUT = Quantity(name="throughput", title="throughput", unit="1/s", less_is_faster=False)
CPU = Quantity(
    name="cpu-per-request", title="CPU time for a request", unit="µs", less_is_faster=True
)
SERVICES = (
    "aiohttp", "bottle", "django", "flask", "japronto", "pyramid", "sanic", "starlette", "tornado",
)  # fmt: skip
HOSTILE = "<script>alert(1)</script>\x1b[2J|`*\u202e"


def row(service: str = "flask", values: Sequence[float] = (), **changes: Any) -> ComparableRow:
    example = ComparableRow(
        service=service,
        workload="json",
        quantity=THROUGHPUT,
        values=tuple(values),
        made_of={"image": f"sha256:{0:064}", "Python": "3.13.5"},
    )
    return replace(example, **changes)


def comparable(
    *rows: ComparableRow, run_id: str = "2026-03-02-aaaaaa", **changes: Any
) -> Comparable:
    example = Comparable(
        experiment="run",
        run_id=run_id,
        started_at="2026-03-02T12:00:00Z",
        conditions={"CPU model": "Example CPU", "CPUs": "2", "network": "loopback"},
        circumstances={"kernel": "6.1.0", "lab": "0.1.0", "commit": "abc123"},
        rows=rows,
    )
    return replace(example, **changes)


def spread(around: float, count: int, seed: object, deviation: float = 0.02) -> tuple[float, ...]:
    """Values whose logarithms are normal."""
    draw = Random(str(seed))
    return tuple(around * exp(draw.gauss(0, deviation)) for _ in range(count))


def nine(
    name: str, factors: Mapping[str, float] | None = None, count: int = 3, deviation: float = 0.02
) -> tuple[ComparableRow, ...]:
    """Rows of both quantities; ``factors``: service -> how many times dearer a request is."""
    factors = factors or {}
    rates = tuple(
        row(service, spread(1e4 / factors.get(service, 1.0), count, (name, service), deviation))
        for service in SERVICES
    )
    costs = tuple(
        row(
            service,
            spread(100 * factors.get(service, 1.0), count, (name, service, "cpu"), deviation),
            quantity=CPU,
        )
        for service in SERVICES
    )
    return rates + costs


def records(
    factors: Mapping[str, float] | None = None, count: int = 3, deviation: float = 0.02
) -> tuple[Comparable, Comparable]:
    """Two records; the head's services cost these factors more."""
    base = comparable(*nine("base", None, count, deviation))
    head = comparable(*nine("head", factors, count, deviation), run_id="2026-03-03-bbbbbb")
    return base, head


def hostile() -> tuple[Comparable, Comparable]:
    """Records with text from outside everywhere."""
    base, head = records({"flask": 1.5})
    odd = row("odd", note=HOSTILE, made_of={HOSTILE: HOSTILE})
    even = row("odd", (1.0, 2.0), made_of={HOSTILE: "other"})
    noise, other = {HOSTILE: HOSTILE}, {HOSTILE: "x"}
    return (
        replace(base, rows=(*base.rows, odd), conditions=noise, circumstances=noise),
        replace(head, rows=(*head.rows, even), conditions=other, circumstances=noise),
    )
