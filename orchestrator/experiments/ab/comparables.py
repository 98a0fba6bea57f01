"""Both sides of a comparison as values, for other tools. Pure."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, log

from orchestrator.experiments.ab.record import ABRecord, By, Side, SliceCost
from orchestrator.model.comparable import Comparable, ComparableRow, Quantity
from orchestrator.stats.student import trimmed

CPU_TIME = Quantity(name="cpu-time", title="CPU time for a request", unit="µs", less_is_faster=True)
INSTRUCTIONS = Quantity(
    name="instructions",
    title="instructions for a request",
    unit="instructions",
    less_is_faster=True,
)


def comparables(record: ABRecord) -> tuple[Comparable, Comparable]:
    """Base and head, with one value for each launch, or for each hash seed.

    The base's value is the geometric mean of both its containers, as in the answer. Both sides
    have the name of the service that was asked for, so that tools see them as the same benchmark.
    A comparison that failed has no values: it has no answer either.
    """
    base, head = (() if record.failure else each(record) for each in (base_values, head_values))
    return (
        _comparable(record, record.settings.base, record.base, base),
        _comparable(record, record.settings.head, record.head, head),
    )


def base_values(record: ABRecord) -> tuple[float, ...]:
    """Microseconds of each launch, or instructions of each hash seed."""
    if record.settings.by is By.INSTRUCTIONS:
        return tuple(exp((log(one.base) + log(one.again)) / 2) for one in record.counts)
    return _launches(record, lambda one: (log(one.base_us) + log(one.again_us)) / 2)


def head_values(record: ABRecord) -> tuple[float, ...]:
    """The same of the head."""
    if record.settings.by is By.INSTRUCTIONS:
        return tuple(one.head for one in record.counts)
    return _launches(record, lambda one: log(one.head_us))


def _launches(record: ABRecord, of_slice: Callable[[SliceCost], float]) -> tuple[float, ...]:
    return tuple(
        exp(trimmed([of_slice(one) for one in launch.slices])) for launch in record.launches
    )


def _comparable(
    record: ABRecord, text: str, side: Side | None, values: tuple[float, ...]
) -> Comparable:
    settings, host = record.settings, record.host
    row = ComparableRow(
        service=settings.service,
        workload=settings.workload,
        quantity=INSTRUCTIONS if settings.by is By.INSTRUCTIONS else CPU_TIME,
        values=values,
        made_of=_made_of(text, side),
        note="" if values else _why_none(record),
    )
    return Comparable(
        experiment="ab",
        run_id=record.run_id,
        started_at=record.started_at,
        conditions={
            "cpu": f"{host.cpu_model or 'unknown'}, {host.cpus} CPUs",
            "network": record.layout.network,
            "counted_by": record.counted_by or "",
        },
        circumstances={
            "kernel": host.kernel,
            "engine": host.docker_version,
            "version": host.lab_version,
            "commit": host.lab_commit or "",
        },
        rows=(row,),
    )


def _why_none(record: ABRecord) -> str:
    return record.failure.reason if record.failure else "nothing was measured"


def _made_of(text: str, side: Side | None) -> dict[str, str]:
    if side is None:
        return {"side": text}
    return {"side": text, "image": side.image, "python": side.python}
