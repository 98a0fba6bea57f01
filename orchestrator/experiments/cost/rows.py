"""The rows of a cost table, from its launches. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, inf, isfinite, log

from orchestrator.experiments.cost.record import CostRecord, CostRow
from orchestrator.model.together import REFERENCE, LeftOut, Together
from orchestrator.model.trial import FAILED
from orchestrator.stats.ranks import Ranks, places
from orchestrator.stats.student import CONFIDENCE, Mean, mean_interval, trimmed

Logs = Mapping[str, Sequence[float]]
"""Service -> the logarithm of its relative cost in each launch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """Services next to each other in the table: how many pairs there are, and are told apart."""

    told_apart: int
    pairs: int


def cost_rows(record: CostRecord) -> tuple[CostRow, ...]:
    """All rows: workload by workload, the least cost first, and those without a cost last."""
    return tuple(row for together in record.together for row in _rows(together, record))


def relative_logs(together: Together) -> dict[str, list[float]]:
    """Service -> log(its CPU time / the reference's), one for each launch.

    A launch is one value, the trimmed mean of its slices: slices of one launch are not independent.
    """
    return {
        service: [
            trimmed([log(one[service] / one[REFERENCE]) for one in launch.slices])
            for launch in together.launches
        ]
        for service in together.services
    }


def cpu_us(together: Together, name: str) -> float | None:
    """Microseconds of CPU time for a request: the geometric mean of the launches; None without."""
    logs = [trimmed([log(one[name]) for one in launch.slices]) for launch in together.launches]
    return exp(sum(logs) / len(logs)) if logs else None


def rank_of(logs: Logs) -> Ranks:
    """Each service's best and worst possible rank; 1 costs least."""
    pairs = len(logs) * (len(logs) - 1) // 2
    return places(logs, lambda one, other: certainly_less(logs[one], logs[other], pairs))


def certainly_less(one: Sequence[float], other: Sequence[float], pairs: int) -> bool:
    """Whether the first certainly costs less than the second, when so many pairs are compared.

    The paired t interval of the launches' differences at 1 - 0.05 / pairs: by Bonferroni's
    inequality, all pairs together are wrong in at most 5 of 100 tables (Miller, Simultaneous
    Statistical Inference, 2nd edition, 1981, 1.3). A launch has the same hash seed, the same
    minutes and the same slices for both, so its difference varies less than either value.
    """
    return difference(one, other, pairs).high < 0


def difference(one: Sequence[float], other: Sequence[float], pairs: int) -> Mean:
    """The mean difference of two services' launches, with the interval of `certainly_less`."""
    differences = [first - second for first, second in zip(one, other, strict=True)]
    if not differences:
        return Mean(mean=0.0, low=-inf, high=inf, count=0)
    return mean_interval(differences, 1 - (1 - CONFIDENCE) / max(pairs, 1))


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
    logs = relative_logs(together)
    ranks = rank_of(logs) if len(together.launches) > 1 else {}
    measured = [_row(together, service, logs[service], ranks) for service in together.services]
    left_out = {one.service: one for one in together.left_out}
    yield from sorted(measured, key=lambda row: row.relative or inf)
    for service in record.settings.services:
        if service in left_out:
            note = why(left_out[service])
            yield CostRow(service=service, workload=together.workload, note=note)


def _row(together: Together, service: str, logs: Sequence[float], ranks: Ranks) -> CostRow:
    if not logs:
        return CostRow(service=service, workload=together.workload, note="not measured")
    known = mean_interval(logs)
    bounded = isfinite(known.low)
    return CostRow(
        service=service,
        workload=together.workload,
        relative=exp(known.mean),
        low=exp(known.low) if bounded else None,
        high=exp(known.high) if bounded else None,
        cpu_us_per_request=cpu_us(together, service),
        rank=ranks.get(service),
        launches=len(logs),
        note="" if bounded else "one launch gives no interval",
    )
