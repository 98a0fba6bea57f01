"""What two cost tables are compared by."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.compare.conditions import (
    circumstances,
    of_host,
    of_layout,
    of_python,
    of_together,
    of_workload,
)
from orchestrator.compare.together import relative_rows
from orchestrator.experiments.cost.record import CostRecord
from orchestrator.model.comparable import Comparable
from orchestrator.model.together import REFERENCE


def comparable(record: CostRecord) -> Comparable:
    """The record as rows of launches.

    Budget and seed may differ: more launches make an interval narrower, and change nothing else.
    """

    def made_of(service: str) -> dict[str, str]:
        part = record.part(service)
        return {"image": part.image, "Python": part.python, **part.versions}

    rows = (row for together in record.together for row in relative_rows(together, made_of))
    return Comparable(
        experiment="cost",
        run_id=record.run_id,
        started_at=record.started_at,
        conditions=dict(_conditions(record)),
        circumstances={
            **circumstances(record.host),
            "interpreters": ", ".join(sorted({part.python for part in record.parts} - {""})),
        },
        rows=tuple(row for row in rows if row.service in record.settings.services),
    )


def _conditions(record: CostRecord) -> Iterator[tuple[str, str]]:
    reference = record.part(REFERENCE)
    yield from of_host(record.host)
    yield from of_layout(record.layout)
    yield from of_python(record.settings.python)
    yield "reference", reference.python
    yield "base image of the reference", reference.base_image
    yield from of_together(record.together)
    for name, endpoint in record.contract.items():
        yield from of_workload(name, endpoint)
