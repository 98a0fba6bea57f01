"""Small runs of the nine frameworks, with which all claims of the article are right."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from orchestrator.claims import decide
from orchestrator.files.published import read_published
from orchestrator.model.published import Claim, Decision
from orchestrator.model.record import RunRecord
from orchestrator.model.trial import Package, TrialRecord
from tests.conftest import ROOT
from tests.unit.examples import (
    open_loop_row,
    resources,
    run_record,
    server,
    settings,
    totals,
    trial_record,
)

PUBLISHED = read_published(ROOT / "results" / "published")
CLAIMS = {claim.id: claim for claim in PUBLISHED.claims}
SERVICES = (
    "aiohttp",
    "bottle",
    "django",
    "flask",
    "japronto",
    "pyramid",
    "sanic",
    "starlette",
    "tornado",
)
# Rates with which all claims of the article are right.
RIGHT = {
    "aiohttp": 9_000.0,
    "bottle": 2_000.0,
    "django": 500.0,
    "flask": 3_000.0,
    "japronto": 9_010.0,
    "pyramid": 1_200.0,
    "sanic": 9_020.0,
    "starlette": 9_030.0,
    "tornado": 9_040.0,
}
MEDIANS = dict.fromkeys(SERVICES, 6.0) | {"japronto": 2.0, "tornado": 2.1, "django": 20.0}


def trial(service: str, rate: float, repeat: int = 1, **changes: Any) -> TrialRecord:
    example = trial_record(
        service,
        repeat,
        hold=totals(goodput_rps=rate),
        limited_by="server-cpu",
        resources=resources(memory_idle_bytes=50_000_000 if service == "django" else 20_000_000),
        open_loop=(open_loop_row(median_ms=MEDIANS[service]),),
        server=server(
            service.title(),
            framework=service,
            package=Package(
                name=service,
                version="1.0",
                requires_python=None,
                dependencies=3,
                install_bytes=30_000_000 if service == "django" else 3_000_000,
            ),
        ),
    )
    return replace(example, **changes)


def record(*trials: TrialRecord, workloads: tuple[str, ...] = ("json",)) -> RunRecord:
    return run_record(settings=settings(workloads=workloads), trials=trials)


def world(
    rates: dict[str, float] | None = None,
    changed: dict[str, dict[str, Any]] | None = None,
    repeats: int = 1,
) -> RunRecord:
    """A record of both workloads of all nine. ``changed``: other values in a service's trials."""
    rates = RIGHT | (rates or {})
    trials = [
        trial(
            service,
            rate * (1 + 0.001 * repeat),
            repeat,
            **{"workload": workload} | (changed or {}).get(service, {}),
        )
        for workload in ("json", "text")
        for service, rate in rates.items()
        for repeat in range(1, repeats + 1)
    ]
    return record(*trials, workloads=("json", "text"))


def decided(claim: str | Claim, run: RunRecord) -> Decision:
    (found,) = decide([CLAIMS[claim] if isinstance(claim, str) else claim], run)
    return found
