"""A record after a service failed: the others go on without it. Pure."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.experiments.cost.record import CostRecord
from orchestrator.model.together import REFERENCE, LeftOut, Together


def without(record: CostRecord, left_out: LeftOut) -> CostRecord:
    """Leave a service out of all workloads; without the reference nothing can go on."""
    if left_out.service == REFERENCE:
        return replace(record, failure=left_out)
    together = tuple(_reduced(one, left_out) for one in record.together)
    return replace(record, together=together)


def _reduced(together: Together, left_out: LeftOut) -> Together:
    if left_out.service not in together.services:
        return together
    services = tuple(name for name in together.services if name != left_out.service)
    return replace(
        together,
        services=services,
        left_out=(*together.left_out, left_out),
    )
