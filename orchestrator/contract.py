"""Checks a service's answers against the HTTP contract (``services/contract.toml``)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from labwire import judgement
from labwire.expectation import Expectation, Request
from orchestrator.model.entry import Manifest
from orchestrator.model.record import Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One response of a service to ``request``; ``content_type`` in lower case."""

    request: Request
    status: int
    content_type: str
    body: bytes
    keep_alive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """One installed distribution; ``requires_python`` is None if its metadata has none."""

    version: str
    requires_python: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What the probe found: answers, the time of the first verified one, installed packages."""

    answered_at: float
    answers: tuple[Answer, ...]
    python: str
    distributions: dict[str, Distribution]
    nofile: int


def problems(
    probe: Probe, expectations: Sequence[Expectation], manifest: Manifest
) -> tuple[str, ...]:
    """Every difference between the answers and contract or manifest; empty if there is none."""
    expected = {e.request: e for e in expectations}
    labels = _labels(expectations)
    silent = expected.keys() - {answer.request for answer in probe.answers}
    found = sorted(f"{labels[request]}: no answer" for request in silent)
    for answer in probe.answers:
        label = labels[answer.request]
        found += [f"{label}: {words}" for words in differences(answer, expected[answer.request])]
        if answer.keep_alive != manifest.keep_alive:
            says = "stays open" if manifest.keep_alive else "is closed"
            does = "stayed open" if answer.keep_alive else "was closed"
            found.append(f"{label}: service.toml says the connection {says}, but it {does}")
    missing = [p for p in manifest.packages if normalized(p) not in probe.distributions]
    if missing:
        found.append(f"service.toml names packages that are not installed: {', '.join(missing)}")
    return tuple(dict.fromkeys(found))


def endpoint(expected: Expectation) -> Endpoint:
    """The part of an expectation that the record keeps."""
    return Endpoint(
        method=expected.request.method,
        path=expected.request.path,
        content_type=expected.right.content_type.decode("ascii"),
        body_bytes=len(expected.right.body),
        digest=digest(expected),
    )


def digest(expected: Expectation) -> str:
    """SHA-256, in hexadecimal, of all that a workload sends and expects.

    It is that of these parts, in UTF-8, each after its length in bytes and a colon (``3:GET``):
    method, path, request body, status, content type in lower case, right body, then each header's
    name and its value, in the contract's order. The workload's name does not count.
    """
    asked, right = expected.request, expected.right
    parts = [asked.method.encode(), asked.path.encode(), asked.body]
    parts += [str(right.status).encode(), right.content_type, right.body]
    parts += [part.encode() for header in asked.headers for part in header]
    return hashlib.sha256(b"".join(b"%d:%b" % (len(part), part) for part in parts)).hexdigest()


def changes(before: Mapping[str, Endpoint], now: Mapping[str, Expectation]) -> tuple[str, ...]:
    """The workloads whose request or right answer has changed since a record was begun.

    A workload is left out if the record has no digest of it.
    """
    return tuple(
        name
        for name, expected in now.items()
        if name in before and before[name].digest not in (None, digest(expected))
    )


def normalized(distribution: str) -> str:
    """A distribution's name, normalized as in PEP 503."""
    return distribution.lower().replace("_", "-").replace(".", "-")


def differences(answer: Answer, expected: Expectation) -> list[str]:
    """Every difference between an answer and the right one, in words; empty if there is none."""
    content_type = answer.content_type.lower().encode("latin-1")
    read = judgement.Complete(answer.status, content_type, answer.body)
    return [words for _, words in judgement.differences(read, expected.right)]


def _labels(expectations: Sequence[Expectation]) -> dict[Request, str]:
    """What messages call each request: with the workload's name if another has its path, too."""
    requests = Counter(str(expected.request) for expected in expectations)
    return {
        expected.request: f"{expected.workload}: {expected.request}"
        if requests[str(expected.request)] > 1
        else str(expected.request)
        for expected in expectations
    }
