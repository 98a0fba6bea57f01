"""Small examples of the cross-check's values. Tests change the parts that they test."""

from dataclasses import replace
from typing import Any

from orchestrator.experiments.crosscheck.record import (
    CROSSCHECK_SCHEMA,
    Counted,
    CrossCheck,
    CrossCheckSettings,
    LabSlice,
    Pair,
    Seen,
    ServiceCheck,
    WrkSlice,
)
from orchestrator.model.placement import Network
from tests.unit.examples import LAYOUT, host


def crosscheck_settings(**changes: Any) -> CrossCheckSettings:
    example = CrossCheckSettings(
        services=("flask",),
        workload="json",
        pairs=2,
        seconds=0.4,
        connections=64,
        network=Network.LOOPBACK,
    )
    return replace(example, **changes)


def lab(**changes: Any) -> LabSlice:
    example = LabSlice(
        requests=3000,
        failures={},
        unfinished=64,
        completed=3000,
        duration_s=3.0,
        connects=64,
        idle=0.5,
    )
    return replace(example, **changes)


def wrk(**changes: Any) -> WrkSlice:
    example = WrkSlice(
        requests=3000,
        duration_s=3.0,
        received_bytes=750_000,
        connect_errors=0,
        read_errors=0,
        write_errors=0,
        late=0,
        bad_status=0,
    )
    return replace(example, **changes)


def pair(lab_rps: float = 1000.0, wrk_rps: float = 1000.0, first: str = "wrk") -> Pair:
    return Pair(
        first=first,
        lab=lab(completed=round(lab_rps * 3), requests=round(lab_rps * 3)),
        wrk=wrk(requests=round(wrk_rps * 3)),
    )


def counted(**changes: Any) -> Counted:
    example = Counted(
        wrk=wrk(wrong=0),
        wrk_seen=Seen(requests=3063, segments=3063),
        lab=lab(),
        lab_seen=Seen(requests=3064, segments=3064),
    )
    return replace(example, **changes)


def service_check(service: str = "flask", **changes: Any) -> ServiceCheck:
    example = ServiceCheck(
        service=service,
        name=service.title(),
        keep_alive=False,
        base="official",
        counted=counted(),
        pairs=(pair(990), pair(1010, first="lab")),
        seconds=1.9,
    )
    return replace(example, **changes)


def crosscheck_record(**changes: Any) -> CrossCheck:
    example = CrossCheck(
        schema=CROSSCHECK_SCHEMA,
        run_id="crosscheck-2026-03-02-abcdef",
        started_at="2026-03-02T12:00:00Z",
        finished_at="2026-03-02T12:01:00Z",
        command="lab crosscheck flask --pairs 2",
        settings=crosscheck_settings(),
        tools=("nftables 1.1.3-1", "wrk 4.1.0-4+b1"),
        host=host(),
        layout=LAYOUT,
        services=(service_check(),),
    )
    return replace(example, **changes)
