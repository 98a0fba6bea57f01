"""A record after a service failed: the others go on without it. Pure."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.experiments.cost.record import CostRecord
from orchestrator.model.together import REFERENCE, LeftOut, Together


def without(record: CostRecord, left_out: LeftOut, workload: str | None = None) -> CostRecord:
    """Leave a service out of this workload, or of all; without the reference nothing can go on.

    The pace is found anew, since it is one of all servers together. What was measured stays in the
    record, but a service that was left out has no row of numbers.
    """
    if left_out.service == REFERENCE:
        return replace(record, failure=left_out)
    together = tuple(
        _reduced(one, left_out) if workload in {None, one.workload} else one
        for one in record.together
    )
    return replace(record, together=together)


def _reduced(together: Together, left_out: LeftOut) -> Together:
    if left_out.service not in together.services:
        return together
    services = tuple(name for name in together.services if name != left_out.service)
    return replace(
        together,
        services=services,
        rate=None,
        requests=None,
        left_out=(*together.left_out, left_out),
    )
