"""The reference: what it is, and what its container is told to answer."""

from __future__ import annotations

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from labwire.exchange import JudgedBy
from labwire.expectation import Expectation
from orchestrator.model.entry import OWN_SERVER, ContainerSpec, Entry, Interface, Manifest
from orchestrator.model.together import REFERENCE

BODY_MOST = 64 * 1024
"""Bytes of a right answer. It travels as one variable, and Linux allows 128 KiB for one."""
MANIFEST = Manifest(
    id=REFERENCE,
    folder=REFERENCE,
    name="reference (asyncio)",
    sets=(),
    server=OWN_SERVER,
    interface=Interface.OWN,
    workers=1,
    threads="none",
    keep_alive=True,
    backlog=100,
    event_loop="asyncio",
    http_parser="own",
    packages=(),
    deployment="https://docs.python.org/3/library/asyncio-protocol.html",
    homepage="https://docs.python.org/3/library/asyncio-protocol.html",
    source="https://github.com/python/cpython",
    notes=(),
)
"""The reference is verified as a service is, so it needs the facts of one."""


def entry_of(containers: Mapping[str, ContainerSpec], expectations: Sequence[Expectation]) -> Entry:
    """The reference, whose container knows the right answers to these workloads."""
    answers = {
        f"ANSWER_{number}": _answer(expected) for number, expected in enumerate(expectations, 1)
    }
    return Entry(manifest=MANIFEST, container=replace(containers[REFERENCE], environment=answers))


def problems(expectations: Sequence[Expectation]) -> list[str]:
    """Why the reference cannot answer these workloads, in words; empty if it can."""
    found = [
        f"workload {expected.workload}: the reference gives one fixed answer, and this workload "
        "has several requests or is judged in another way; choose another workload or profile"
        for expected in expectations
        if expected.mix or expected.right.judged_by is not JudgedBy.BYTES
    ]
    lines = Counter(str(expected.request) for expected in expectations)
    found += [
        f"{count} workloads request {line}, and the reference knows one answer to a request line: "
        "measure them one at a time (--workload)"
        for line, count in lines.items()
        if count > 1
    ]
    found += [
        f"workload {expected.workload}: its right answer has {len(expected.right.body):,} bytes; "
        f"the reference can give {BODY_MOST:,} at most"
        for expected in expectations
        if len(expected.right.body) > BODY_MOST
    ]
    return found


def _answer(expected: Expectation) -> str:
    right = expected.right
    return json.dumps(
        {
            "request": str(expected.request),
            "status": right.status,
            "content_type": right.content_type.decode("ascii"),
            "body": b64encode(right.body).decode(),
        }
    )
