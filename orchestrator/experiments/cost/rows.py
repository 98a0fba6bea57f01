"""The rows of a cost table, from its launches. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from orchestrator.experiments.cost.record import CostRecord, CostRow
from orchestrator.model.together import LeftOut, Together
from orchestrator.model.trial import FAILED
from orchestrator.stats.launches import (
    Relative,
    certainly_less,
    rank_of,
    relative_logs,
    relatives,
)
from orchestrator.stats.ranks import Ranks


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """Services next to each other in the table: how many pairs there are, and are told apart."""

    told_apart: int
    pairs: int


def cost_rows(record: CostRecord) -> tuple[CostRow, ...]:
    """All rows: workload by workload, the least cost first, and those without a cost last."""
    return tuple(row for together in record.together for row in _rows(together, record))


def neighbours(together: Together) -> Neighbours:
    """How many neighbours in the table are told apart."""
    logs = relative_logs(together)
    ordered = sorted(logs, key=lambda name: sum(logs[name]))
    pairs = len(logs) * (len(logs) - 1) // 2
    told = [certainly_less(logs[one], logs[other], pairs) for one, other in pairwise(ordered)]
    return Neighbours(told_apart=sum(told), pairs=len(told))


def why(left_out: LeftOut) -> str:
    """Why a service was left out, in words."""
    return f"{FAILED[left_out.phase]}: {left_out.reason}"


def _rows(together: Together, record: CostRecord) -> Iterator[CostRow]:
    known = relatives(together)
    ranks = rank_of(relative_logs(together)) if len(together.launches) > 1 else {}
    measured = [_row(together, service, known.get(service), ranks) for service in together.services]
    left_out = {one.service: one for one in together.left_out}
    yield from sorted(measured, key=lambda row: row.relative or inf)
    for service in record.settings.services:
        if service in left_out:
            note = why(left_out[service])
            yield CostRow(service=service, workload=together.workload, note=note)


def _row(together: Together, service: str, known: Relative | None, ranks: Ranks) -> CostRow:
    if known is None:
        return CostRow(service=service, workload=together.workload, note="not measured")
    return CostRow(
        service=service,
        workload=together.workload,
        relative=known.relative,
        low=known.low,
        high=known.high,
        cpu_us_per_request=known.cpu_us,
        rank=ranks.get(service),
        launches=known.launches,
        note="one launch gives no interval" if known.low is None else "",
    )
