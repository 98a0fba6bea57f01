"""Find searches that cannot be."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.experiments.size.record import Probe, SizeRecord
from orchestrator.model.finding import Finding, Kind

PROMISE = "promise"


def findings(record: SizeRecord) -> tuple[Finding, ...]:
    """Rates that are not above 0, more failures than requests, and promises judged wrongly."""
    return tuple(
        finding
        for service in record.services
        for number, search in enumerate(service.searches, 1)
        for probe in search.probes
        for finding in _of_probe(f"{service.name}, search {number}", probe, record)
    )


def _of_probe(row: str, probe: Probe, record: SizeRecord) -> Iterator[Finding]:
    settings = record.settings
    if not probe.rate > 0:
        yield _finding(row, probe.rate, 0, f"{probe.rate:g} requests/s, but every rate is above 0")
    if not 0 <= probe.failures <= probe.requests:
        text = f"{probe.failures} of {probe.requests} requests failed"
        yield _finding(row, probe.failures, probe.requests, text)
    kept = (
        probe.p99_ms is not None
        and probe.p99_ms <= settings.p99_s * 1000
        and probe.failures <= settings.errors * probe.requests
    )
    if kept != probe.kept:
        told = "kept" if probe.kept else "not kept"
        p99 = "unknown" if probe.p99_ms is None else f"{probe.p99_ms:g} ms"
        text = (
            f"at {probe.rate:g} requests/s the promise was {told}, but the p99 is {p99}, and "
            f"{probe.failures} requests failed"
        )
        yield _finding(row, probe.kept, kept, text)


def _finding(row: str, seen: float, expected: float, text: str) -> Finding:
    return Finding(
        file="",
        row=row,
        rule=PROMISE,
        kind=Kind.CONTRADICTION,
        seen=seen,
        expected=expected,
        text=text,
    )
