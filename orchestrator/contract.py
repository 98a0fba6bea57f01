"""The HTTP contract of a service: is an answer exactly what ``services/contract.toml`` says?"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orchestrator.model.entry import Expectation, Manifest
from orchestrator.model.record import Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One response of a service, as the probe inside its container saw it."""

    path: str
    status: int
    content_type: str
    body: bytes
    keep_alive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """One installed distribution; None where its metadata does not tell."""

    version: str
    requires_python: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What the probe found: when the first verified answer came, the answers, the installation."""

    answered_at: float
    answers: tuple[Answer, ...]
    python: str
    distributions: dict[str, Distribution]
    nofile: int


def probe_from(document: Mapping[str, Any]) -> Probe:
    """What ``adapters/probe.py`` printed, as types."""
    answers = document["answers"]
    return Probe(
        answered_at=document["answered_at"],
        answers=tuple(
            Answer(**{**answer, "body": b64decode(answer["body"])}) for answer in answers
        ),
        python=document["python"],
        distributions={
            normalized(name): Distribution(**facts)
            for name, facts in document["distributions"].items()
        },
        nofile=document["nofile"],
    )


def problems(
    probe: Probe, expectations: Sequence[Expectation], manifest: Manifest
) -> tuple[str, ...]:
    """Every way in which the answers differ from the contract and the manifest; empty if none."""
    expected = {e.path: e for e in expectations}
    silent = expected.keys() - {answer.path for answer in probe.answers}
    found = [f"GET {path}: no answer" for path in sorted(silent)]
    for answer in probe.answers:
        found += _differences(answer, expected[answer.path])
        if answer.keep_alive != manifest.keep_alive:
            says = "stays open" if manifest.keep_alive else "is closed"
            does = "stayed open" if answer.keep_alive else "was closed"
            found.append(
                f"GET {answer.path}: service.toml says the connection {says}, but it {does}"
            )
    missing = [p for p in manifest.packages if normalized(p) not in probe.distributions]
    if missing:
        found.append(f"service.toml names packages that are not installed: {', '.join(missing)}")
    return tuple(dict.fromkeys(found))


def endpoint(expected: Expectation) -> Endpoint:
    """What the record keeps of an expectation."""
    return Endpoint(
        path=expected.path,
        content_type=expected.content_type,
        body_bytes=len(expected.body.encode()),
    )


def normalized(distribution: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return distribution.lower().replace("_", "-").replace(".", "-")


def _differences(answer: Answer, expected: Expectation) -> list[str]:
    where = f"GET {answer.path}"
    found = []
    if answer.status != expected.status:
        found.append(f"{where}: status {answer.status}, not {expected.status}")
    if not answer.content_type.startswith(expected.content_type):
        found.append(
            f"{where}: content type {answer.content_type!r}, not {expected.content_type!r}"
        )
    if answer.body != expected.body.encode():
        shown = answer.body[:200].decode(errors="replace")
        found.append(
            f"{where}: body of {len(answer.body)} bytes is not the contract's "
            f"{len(expected.body)} bytes: {shown!r}"
        )
    return found
