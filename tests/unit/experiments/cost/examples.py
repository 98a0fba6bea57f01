"""Small cost tables. Tests change the parts that they test."""

import random
from collections.abc import Mapping
from dataclasses import replace
from math import exp
from typing import Any

from orchestrator.experiments.cost.record import COST_SCHEMA, CostRecord, CostSettings, Part
from orchestrator.experiments.cost.rows import cost_rows
from orchestrator.model.placement import Network
from orchestrator.model.record import Endpoint
from orchestrator.model.together import REFERENCE, LeftOut, Together, TogetherLaunch
from orchestrator.model.trial import TrialPhase
from tests.unit.examples import LAYOUT, host

COSTS = {"sanic": 2.0, "aiohttp": 2.3, "bottle": 4.0, "flask": 8.0}
"""Service -> its true relative cost."""
REFERENCE_US = 60.0
LAUNCH, SLICE, DRIFT = 0.01, 0.03, 0.13
"""Standard deviations of log costs: of launches, of slices, and of the machine's speed, which hits
all servers of a slice alike."""


def launches(
    count: int = 8,
    costs: Mapping[str, float] = COSTS,
    *,
    slices: int = 10,
    seed: int = 1,
    spread: float = LAUNCH,
) -> tuple[TogetherLaunch, ...]:
    """Random launches of these services and the reference."""
    draw = random.Random(seed)
    return tuple(_launch(draw, number, costs, slices, spread) for number in range(1, count + 1))


def _launch(
    draw: random.Random, number: int, costs: Mapping[str, float], slices: int, spread: float
) -> TogetherLaunch:
    names = [REFERENCE, *costs]
    own = {name: draw.gauss(0, spread) for name in costs}

    def one() -> dict[str, float]:
        drift = draw.gauss(0, DRIFT)
        known = {REFERENCE: 1.0, **costs}
        return {
            name: REFERENCE_US * cost * exp(drift + own.get(name, 0) + draw.gauss(0, SLICE))
            for name, cost in known.items()
        }

    order = tuple(draw.sample(names, len(names)))
    return TogetherLaunch(
        seed=draw.randrange(2**32),
        order=order,
        at_s=9.0 * number,
        slices=tuple(one() for _ in range(slices)),
    )


def exact(costs: Mapping[str, float], factors: tuple[float, ...]) -> tuple[TogetherLaunch, ...]:
    """Launches without chance: all services cost this factor more, all slices are alike."""
    return tuple(
        TogetherLaunch(
            seed=number,
            order=(REFERENCE, *costs),
            at_s=float(number),
            slices=({REFERENCE: 10.0, **{n: 10.0 * c * factor for n, c in costs.items()}},) * 5,
        )
        for number, factor in enumerate(factors, 1)
    )


def together(**changes: Any) -> Together:
    example = Together(
        workload="json",
        services=tuple(COSTS),
        rate=2_400.0,
        requests=60,
        launches=launches(),
    )
    return replace(example, **changes)


def part(service: str, **changes: Any) -> Part:
    example = Part(
        service=service,
        name=service.capitalize(),
        image=f"sha256:{service.encode().hex().ljust(64, '0')[:64]}",
        base_image="official",
        python="3.13.5 (main)",
        versions={service: "1.2.3", "ujson": "5.10.0"},
    )
    return replace(example, **changes)


def left_out(service: str = "flask", **changes: Any) -> LeftOut:
    example = LeftOut(
        service=service,
        phase=TrialPhase.VERIFY,
        reason="GET /json: its status is 500, not 200",
        log_tail="Traceback",
    )
    return replace(example, **changes)


def cost_record(*known: Together, **changes: Any) -> CostRecord:
    known = known or (together(),)
    services = tuple(
        dict.fromkeys(
            [
                *(name for one in known for name in one.services),
                *(one.service for each in known for one in each.left_out),
            ]
        )
    )
    example = CostRecord(
        schema=COST_SCHEMA,
        run_id="cost-2026-03-02-0a1b2c",
        started_at="2026-03-02T12:00:00Z",
        finished_at="2026-03-02T12:05:00Z",
        command="lab cost",
        settings=CostSettings(
            services=services,
            workloads=tuple(one.workload for one in known),
            budget_s=300.0,
            seed=7,
        ),
        host=host(),
        layout=replace(LAYOUT, network=Network.BRIDGE),
        contract={
            one.workload: Endpoint(
                path=f"/{one.workload}",
                content_type="application/json",
                body_bytes=117,
                digest="0" * 64,
            )
            for one in known
        },
        parts=(part(REFERENCE, name="reference (asyncio)"), *map(part, services)),
        together=known,
    )
    record = replace(example, **changes)
    return record if "rows" in changes else replace(record, rows=cost_rows(record))


def hostile() -> CostRecord:
    """A record whose texts try to break out of a page or a table."""
    bad = "<script>alert(1)</script> | `x` [y](z)\x1b[31m"
    failed = left_out(reason=bad, log_tail=bad)
    one = together(services=("sanic", "aiohttp", "bottle"), left_out=(failed,))
    return cost_record(one, neighbours=(bad,), failure=replace(failed, service="load"))
