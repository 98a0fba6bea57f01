"""Cost tables in which bases take part: two servers, Bottle on both, and Sanic on its own."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from orchestrator.experiments.cost.record import CostRecord
from orchestrator.model.together import Together, TogetherLaunch
from tests.unit.experiments.cost.examples import cost_record, exact, together

JSON_COSTS = {"wsgi": 2.5, "bottle": 4.0, "wsgi-fast": 1.5, "bottle-fast": 3.0, "sanic": 2.0}
TEXT_COSTS = {"wsgi": 2.0, "bottle": 3.5, "wsgi-fast": 1.0, "bottle-fast": 2.5, "sanic": 1.5}
BASES = {"wsgi": "wsgi", "bottle": "wsgi", "wsgi-fast": "wsgi-fast", "bottle-fast": "wsgi-fast"}
KERNEL = {"wsgi": 0.4, "bottle": 0.25, "wsgi-fast": 0.5, "bottle-fast": 0.5, "sanic": 0.5}
"""Service -> the kernel's share of its time."""


def known(workload: str, costs: Mapping[str, float], *, kernel: bool = True) -> Together:
    """Launches without chance; the reference costs 10 µs."""
    made = exact(costs, (1.0, 1.0, 1.0))
    if kernel:
        made = tuple(_with_kernel(one) for one in made)
    return together(workload=workload, services=tuple(costs), launches=made)


def _with_kernel(one: TogetherLaunch) -> TogetherLaunch:
    system_s = dict(KERNEL)
    return replace(one, system_s=system_s, user_s={name: 1 - p for name, p in KERNEL.items()})


def with_bases(*found: Together, **changes: Any) -> CostRecord:
    record = cost_record(*(found or (known("json", JSON_COSTS), known("text", TEXT_COSTS))))
    parts = tuple(
        replace(
            one,
            framework=one.service.removesuffix("-fast"),
            interface="WSGI",
            server="fast" if one.service.endswith("-fast") else "slow",
            base=BASES.get(one.service, ""),
        )
        for one in record.parts
    )
    return replace(record, parts=parts, **changes)
