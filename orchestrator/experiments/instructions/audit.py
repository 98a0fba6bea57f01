"""Find counts that cannot be."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.experiments.instructions.record import InstructionsRecord
from orchestrator.model.finding import Finding, Kind

COUNTS = "counts"


def findings(record: InstructionsRecord) -> tuple[Finding, ...]:
    """Counts and CPU times that are not above 0, and containers that were counted too often."""
    return tuple(_impossible(record))


def _impossible(record: InstructionsRecord) -> Iterator[Finding]:
    settings = record.settings
    most = settings.seeds * settings.repeats
    for service in record.services:
        row = service.name
        counts = [one.instructions_per_request for one in service.counts]
        for value in (*counts, *service.cpu_us_per_request):
            if not value > 0:
                yield _finding(row, value, 0, f"{value:g}, but every cost is above 0")
        if len(counts) > most:
            yield _finding(row, len(counts), most, f"{len(counts)} counts, but {most} were asked")
        for seed in sorted({one.seed for one in service.counts}):
            if not 0 <= seed < settings.seeds:
                text = f"hash seed {seed}, but those from 0 to {settings.seeds - 1} were asked"
                yield _finding(row, seed, settings.seeds - 1, text)


def _finding(row: str, seen: float, expected: float, text: str) -> Finding:
    return Finding(
        file="",
        row=row,
        rule=COUNTS,
        kind=Kind.CONTRADICTION,
        seen=seen,
        expected=expected,
        text=text,
    )
