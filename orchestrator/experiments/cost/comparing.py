"""What two cost tables are compared by."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp

from orchestrator.experiments.cost.record import CostRecord, Part
from orchestrator.experiments.cost.rows import why
from orchestrator.model.comparable import Comparable, ComparableRow, Quantity
from orchestrator.model.together import REFERENCE, Together
from orchestrator.stats.launches import relative_logs

QUANTITY = Quantity(
    name="relative-cost",
    title="CPU time for a request, as a multiple of the reference's",
    unit="",
    less_is_faster=True,
)


def comparable(record: CostRecord) -> Comparable:
    """The record as rows of launches.

    Budget and seed may differ: more launches make an interval narrower, and change nothing else.
    """
    host, reference = record.host, record.part(REFERENCE)
    contract = {
        f"workload {name}": f"{endpoint.method} {endpoint.path}, digest {endpoint.digest}"
        for name, endpoint in record.contract.items()
    }
    return Comparable(
        experiment="cost",
        run_id=record.run_id,
        started_at=record.started_at,
        conditions={
            "CPU model": host.cpu_model or "unknown",
            "CPUs": str(host.cpus),
            "memory": f"{host.memory_bytes / 2**30:.0f} GiB",
            "layout": _layout(record),
            "network": str(record.layout.network),
            "reference": reference.python,
            "base image of the reference": reference.base_image,
            **contract,
        },
        circumstances={
            "kernel": host.kernel,
            "Docker": host.docker_version,
            "interpreters": ", ".join(sorted({part.python for part in record.parts} - {""})),
            "lab": f"{host.lab_version}, commit {host.lab_commit or 'unknown'}",
        },
        rows=tuple(row for together in record.together for row in _rows(record, together)),
    )


def _layout(record: CostRecord) -> str:
    if record.layout.shared:
        return "server and load share a CPU"
    return "server and load have CPUs of their own"


def _rows(record: CostRecord, together: Together) -> Iterator[ComparableRow]:
    logs = relative_logs(together)
    notes = {one.service: why(one) for one in together.left_out}
    for service in record.settings.services:
        values = tuple(exp(value) for value in logs.get(service, ()))
        yield ComparableRow(
            service=service,
            workload=together.workload,
            quantity=QUANTITY,
            values=values,
            made_of=_made_of(record.part(service)),
            note=notes.get(service, "" if values else "not measured"),
        )


def _made_of(part: Part) -> dict[str, str]:
    return {"image": part.image, "python": part.python, **part.versions}
