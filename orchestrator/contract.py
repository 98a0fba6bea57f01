"""Checks a service's answers against the HTTP contract (``services/contract.toml``)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from labwire import judgement
from labwire.exchange import JudgedBy, Request, RightAnswer
from labwire.expectation import Expectation
from orchestrator.model.entry import Manifest
from orchestrator.model.record import Endpoint

ERRORS = 400
"""From this status on, an answer may close a connection that otherwise stays open."""


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


def requests(expectations: Iterable[Expectation]) -> list[Request]:
    """The requests with which a service is verified."""
    return [exchange.request for expected in expectations for exchange in expected.samples]


def problems(
    probe: Probe, expectations: Sequence[Expectation], manifest: Manifest
) -> tuple[str, ...]:
    """Every difference between the answers and contract or manifest; empty if there is none."""
    expected = {e.request: e.right for one in expectations for e in one.samples}
    labels = _labels(expectations)
    silent = expected.keys() - {answer.request for answer in probe.answers}
    found = sorted(f"{labels[request]}: no answer" for request in silent)
    for answer in probe.answers:
        label, right = labels[answer.request], expected[answer.request]
        found += [f"{label}: {words}" for words in differences(answer, right)]
        if (
            answer.keep_alive != manifest.keep_alive
            and right.status < ERRORS
            and not manifest.unsaid
        ):
            says = "stays open" if manifest.keep_alive else "is closed"
            does = "stayed open" if answer.keep_alive else "was closed"
            found.append(f"{label}: service.toml says the connection {says}, but it {does}")
    missing = [p for p in manifest.packages if normalized(p) not in probe.distributions]
    if missing and not manifest.unsaid:
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
        judged_by=expected.right.judged_by,
        kinds=len(expected.mix.kinds) if expected.mix else 1,
    )


def digest(expected: Expectation) -> str:
    """SHA-256, in hexadecimal, of all that a workload sends and expects.

    It is that of these parts of each exchange, in UTF-8, each after its length in bytes and a colon
    (``3:GET``): method, path, request body, status, content type in lower case, right body, then
    each header's name and its value, in the contract's order. A body that is not judged byte for
    byte, or another status that is right, too, adds how it is judged, its size, and these statuses.
    The workload's name does not count.
    """
    found = hashlib.sha256()
    for exchange in expected.exchanges:
        for part in _parts(exchange.request, exchange.right):
            found.update(b"%d:%b" % (len(part), part))
    return found.hexdigest()


def _parts(asked: Request, right: RightAnswer) -> Iterator[bytes]:
    yield from (asked.method.encode(), asked.path.encode(), asked.body)
    yield from (str(right.status).encode(), right.content_type, right.body)
    yield from (part.encode() for header in asked.headers for part in header)
    if right.judged_by is not JudgedBy.BYTES or right.also:
        yield from (right.judged_by.encode(), str(right.size).encode())
        yield from (str(status).encode() for status in right.also)


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


def differences(answer: Answer, right: RightAnswer) -> list[str]:
    """Every difference between an answer and the right one, in words; empty if there is none."""
    content_type = answer.content_type.lower().encode("latin-1")
    read = judgement.Complete(answer.status, content_type, answer.body)
    return [words for _, words in judgement.differences(read, right)]


def _labels(expectations: Sequence[Expectation]) -> dict[Request, str]:
    """What messages call each request: with the workload's name if another has its path, too."""
    named = [(one.workload, e.request) for one in expectations for e in one.samples]
    workloads: dict[str, set[str]] = {}
    for workload, request in named:
        workloads.setdefault(str(request), set()).add(workload)
    return {
        request: f"{workload}: {request}" if len(workloads[str(request)]) > 1 else str(request)
        for workload, request in named
    }
