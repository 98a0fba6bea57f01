"""Runs with consistent numbers, made with the bench's own arithmetic."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from labwire.events import LoadResult, LoadStep, LocustOwn
from labwire.phase import LoadPhase, RampEnd
from orchestrator.experiments.load.conclude import concluded
from orchestrator.experiments.load.observed import Observed
from orchestrator.model.record import Endpoint, RunRecord
from orchestrator.model.trial import Outcome, TrialPhase, TrialRecord
from tests.unit.examples import (
    load_step,
    observed,
    open_step,
    planned,
    run_record,
    sample,
    trial_record,
)

CONTRACT = {
    "json": Endpoint(path="/json", content_type="application/json", body_bytes=117),
    "text": Endpoint(path="/text", content_type="text/plain", body_bytes=11),
}


def closed_step(
    index: int, phase: str, users: int, latency_us: int, seconds: float = 1.0, **changes: Any
) -> LoadStep:
    """Users who always have one request of this latency under way."""
    requests = round(users * seconds * 1e6 / latency_us)
    step = load_step(index, phase, users, {latency_us: requests}, duration_s=seconds)
    failures: Mapping[str, int] = changes.get("failures", {})
    return replace(step, requests=requests + sum(failures.values()), **changes)


def load(hold_us: int = 2_000, *more: LoadStep) -> LoadResult:
    """Two steps with failures in the second, a hold of 2 s with 8 users, then ``more``."""
    steps = (
        closed_step(0, "ramp", 8, hold_us),
        closed_step(1, "ramp", 16, 2 * hold_us, failures={"reset": 10}, unfinished=3),
        closed_step(2, "hold", 8, hold_us, 2.0, connects=8, connect_s=0.001),
        *more,
    )
    closed = [step for step in steps if step.phase != "open"]
    return LoadResult(
        started_at=1_000.0,
        duration_s=4.0,
        workers=1,
        ramp_ended=RampEnd.DROPS,
        best_index=0,
        best_had_drops=False,
        steps=steps,
        unfinished=3,
        connects=sum(step.connects for step in closed),
        server_closes=0,
        locust=LocustOwn(
            requests=sum(step.requests for step in closed),
            failures=10,
            rps=1_000.0,
            median_ms=1.0,
            exceptions=0,
        ),
    )


def saw(share: float = 0.97) -> Observed:
    """Resources of a server that used this share of its CPU."""
    seconds = range(990, 1_011)
    cpu = [sample(float(at), (at - 990) * share, 30_000_000) for at in seconds]
    worker = [sample(float(at), (at - 990) * 0.3, 40_000_000) for at in seconds]
    return observed(cpu, worker, idle=sample(989.0, 0.0, 20_000_000))


def measured(service: str = "flask", hold_us: int = 2_000, **changes: Any) -> TrialRecord:
    """A measured trial with the closed loop and one rate of the open loop."""
    result = load(hold_us, open_step(3, 250.0, {1_000: 250}))
    trial = concluded(trial_record(service), result, saw())
    return replace(trial, **changes)


def held_twice(
    first: float | None = 0.3, second: float | None = 0.02, aside: int = 0
) -> TrialRecord:
    """Two holds, during which these shares of the server's CPU were stolen; one is set aside."""
    *ramp, held = load().steps
    again = closed_step(3, "hold", 8, 1_800, 2.0, server_steal=second, started_at=1_004.0)
    base = load(2_000, again)
    holds = [replace(held, server_steal=first), again]
    holds[aside] = replace(holds[aside], phase=LoadPhase.DISTURBED)
    steps = (*ramp, *holds)
    return concluded(trial_record(), replace(base, steps=steps, duration_s=6.0), saw())


def failed(reason: str = "the server ended under load", **changes: Any) -> TrialRecord:
    """The same trial as ``measured``, but it failed at its end."""
    return measured(outcome=Outcome.FAILED, phase=TrialPhase.LOAD, reason=reason, **changes)


def run_of(*trials: TrialRecord, **changes: Any) -> RunRecord:
    example = run_record(planned(), schema=2, contract=CONTRACT, trials=trials)
    return replace(example, **changes)
