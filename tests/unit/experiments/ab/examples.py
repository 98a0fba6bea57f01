"""Small examples of a comparison's values. Tests change the parts that they test."""

import random
from collections.abc import Sequence
from dataclasses import replace
from math import exp
from typing import Any

from orchestrator.experiments.ab.launch import order_of
from orchestrator.experiments.ab.record import (
    ABRecord,
    ABSettings,
    By,
    Closed,
    ClosedPair,
    Counts,
    Failure,
    Launch,
    Side,
    SliceCost,
)
from orchestrator.model.placement import Network
from orchestrator.model.trial import TrialPhase
from orchestrator.model.variant import Variant
from tests.unit.examples import LAYOUT, host

BASE_US = 550.0
"""CPU time of Flask for a request."""
LAUNCH, SLICE = 0.009, 0.021
"""Standard deviations of log ratios from launch to launch, and from slice to slice."""
SLICES = 6
"""Fewer than in a real launch, but enough that the most disturbed ones do not count."""
DRIFT = 0.13
"""The same of one server alone; it hits all servers of a slice alike."""


def ab_settings(**changes: Any) -> ABSettings:
    example = ABSettings(
        service="flask",
        base="flask==3.0.3",
        head="flask==3.1.2",
        workload="json",
        budget_s=300.0,
        fail_above=0.0,
        by=By.CPU,
        seed=1,
    )
    return replace(example, **changes)


def side(text: str, version: str, **changes: Any) -> Side:
    example = Side(
        text=text,
        variant=Variant(service="flask", pins=(text,)),
        image=f"sha256:{version.replace('.', '').ljust(64, '0')}",
        base_image="official",
        origin=(text,),
        python="3.13.5",
        versions={"flask": version, "ujson": "5.10.0", "werkzeug": "3.1.3"},
    )
    return replace(example, **changes)


def launches(
    count: int = 24,
    effect: float = 0.0,
    *,
    spread: float = LAUNCH,
    again: float = 0.0,
    seed: int = 1,
    slices: int = SLICES,
) -> tuple[Launch, ...]:
    """Random launches; the head needs ``effect`` more CPU time, as a share.

    Args:
        spread: standard deviation of a launch's log ratio.
        again: how much more the second container of the base needs, as a share.
    """
    draw = random.Random(seed)
    return tuple(_launch(draw, number, effect, again, spread, slices) for number in range(count))


def exact_launches(count: int = 24, head: float = 1.02, spread: float = 0.01) -> tuple[Launch, ...]:
    """Launches without chance: all slices of a launch are alike, and launches alternate.

    Args:
        head: the head's cost as a multiple of the base's.
        spread: how far each launch is from the mean, as a log ratio; half of it in the A/A pair.
    """

    def alike(launch: Launch, sign: int) -> Launch:
        base_us, again_us = (BASE_US * exp(side * sign * spread / 4) for side in (-1, 1))
        one = SliceCost(
            base_us=base_us, again_us=again_us, head_us=BASE_US * head * exp(sign * spread)
        )
        return replace(launch, slices=(one,) * SLICES)

    return tuple(alike(one, -1 if n % 2 else 1) for n, one in enumerate(launches(count)))


def _launch(
    draw: random.Random, number: int, effect: float, again: float, spread: float, slices: int
) -> Launch:
    of_launch = [draw.gauss(0, spread * 0.8) for _ in range(3)]
    return Launch(
        seed=draw.randrange(2**32),
        order=order_of(number),
        at_s=2.5 * (number + 1),
        slices=tuple(_slice(draw, of_launch, (1, 1 + again, 1 + effect)) for _ in range(slices)),
        closed=tuple(_closed_pair(draw, effect) for _ in range(slices // 2)),
    )


def _slice(draw: random.Random, of_launch: Sequence[float], factors: Sequence[float]) -> SliceCost:
    drift = draw.gauss(0, DRIFT)
    base_us, again_us, head_us = (
        BASE_US * factor * exp(drift + own + draw.gauss(0, SLICE * 0.7))
        for factor, own in zip(factors, of_launch, strict=True)
    )
    return SliceCost(base_us=base_us, again_us=again_us, head_us=head_us)


def _closed_pair(draw: random.Random, effect: float) -> ClosedPair:
    base, head = (
        Closed(rps=1800 / slow, p50_ms=2.2 * slow, p99_ms=3.9 * slow * exp(draw.gauss(0, 0.1)))
        for slow in (exp(draw.gauss(0, 0.03)), (1 + effect) * exp(draw.gauss(0, 0.03)))
    )
    return ClosedPair(base=base, head=head)


def counts(
    count: int = 5, effect: float = 0.0, *, spread: float = 0.0003, seed: int = 1
) -> tuple[Counts, ...]:
    """Random counts of instructions; the head needs ``effect`` more, as a share."""
    draw = random.Random(seed)

    def one(factor: float) -> float:
        return 1_200_000 * factor * exp(draw.gauss(0, spread))

    return tuple(
        Counts(
            seed=draw.randrange(2**32),
            at_s=12.0 * (number + 1),
            base=one(1),
            again=one(1),
            head=one(1 + effect),
        )
        for number in range(count)
    )


def ab_record(**changes: Any) -> ABRecord:
    """A comparison by CPU time that found 2 %."""
    example = ABRecord(
        schema=1,
        run_id="ab-2026-03-02-abcdef",
        started_at="2026-03-02T12:00:00Z",
        finished_at="2026-03-02T12:02:00Z",
        command="lab ab flask --base flask==3.0.3 --head flask==3.1.2",
        settings=ab_settings(),
        host=host(),
        layout=replace(LAYOUT, network=Network.BRIDGE),
        base=side("flask==3.0.3", "3.0.3"),
        head=side("flask==3.1.2", "3.1.2"),
        rate=3_000.0,
        requests=180,
        launches=launches(effect=0.02),
    )
    return replace(example, **changes)


def by_instructions(**changes: Any) -> ABRecord:
    """A comparison by instructions that found 1 %."""
    example = ab_record(
        settings=ab_settings(by=By.INSTRUCTIONS),
        rate=None,
        requests=2_000,
        counted_by="callgrind",
        launches=(),
        counts=counts(effect=0.01),
    )
    return replace(example, **changes)


def failed(**changes: Any) -> ABRecord:
    """A comparison whose head could not be built."""
    failure = Failure(
        side="head",
        phase=TrialPhase.BUILD,
        reason="pip found no flask==9.9.9",
        log_tail="Collecting flask==9.9.9\nERROR: No matching distribution found",
    )
    example = ab_record(
        settings=ab_settings(head="flask==9.9.9"),
        base=None,
        head=None,
        rate=None,
        requests=None,
        launches=(),
        failure=failure,
    )
    return replace(example, **changes)


HOSTILE = "</script><img src=x onerror=alert(1)>|`*[x](y)\x1b[2J\n## Heading"


def hostile() -> ABRecord:
    """A comparison in which every text from outside tries to be markup."""
    failure = Failure(
        side="head", phase=TrialPhase.VERIFY, reason=HOSTILE, log_tail=f"```\n{HOSTILE}\n</pre>"
    )
    bad = side(
        HOSTILE, "1", base_image=HOSTILE, origin=(HOSTILE,), python=HOSTILE, versions={HOSTILE: "1"}
    )
    return ab_record(
        command=f"lab ab {HOSTILE}",
        settings=ab_settings(base=HOSTILE, head=HOSTILE),
        host=host(cpu_model=HOSTILE),
        base=bad,
        counted_by=HOSTILE,
        failure=failure,
        neighbours=(HOSTILE,),
        launches=launches(5),
    )
