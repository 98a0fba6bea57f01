"""What the repeats of committed runs have in common: a value for each trial, and how to read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path

from orchestrator.codec import decode
from orchestrator.model.limit import Limit
from orchestrator.model.record import RunRecord
from orchestrator.model.trial import TrialRecord
from orchestrator.quantities import measured
from tests.conftest import ROOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One trial's logarithms. ``value``: of successes/s in the hold, or of the server's CPU time
    for a request at the common rate; ``load``: of the load's CPU time for a request in the same
    seconds, None if unknown; ``left``: of the share of the server's CPU that was not stolen.
    """

    repeat: int
    value: float
    load: float | None
    left: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """One workload of a run. ``rows``: the cells of each service; all have the same repeats.
    ``faster``: 1 if values rise with the machine's speed (rates), -1 if they fall (CPU time).
    """

    name: str
    rows: Mapping[str, Sequence[Cell]]
    faster: int


def repeated(folders: Sequence[Path]) -> Iterator[Repeated]:
    """Rates of runs whose server had its own CPU, and costs, where repeats are complete."""
    for record in records(folders):
        for workload in record.settings.workloads:
            named = f"{record.run_id} {workload}"
            if not record.layout.shared:
                yield from _complete(record, workload, f"{named}, rate", 1)
            yield from _complete(record, workload, f"{named}, cost", -1)


def records(folders: Sequence[Path]) -> Iterator[RunRecord]:
    """The runs in these folders, or in results/."""
    for folder in folders or sorted((ROOT / "results").glob("????-*")):
        path = folder / "run.json"
        yield decode(path.read_bytes(), str(path))


def _complete(record: RunRecord, workload: str, name: str, faster: int) -> Iterator[Repeated]:
    rows: dict[str, list[Cell]] = {}
    for trial in measured(record, workload):
        if cell := _rate(trial) if faster > 0 else _cost(trial):
            rows.setdefault(trial.service, []).append(cell)
    repeats = record.settings.repeats
    rows = {service: cells for service, cells in rows.items() if len(cells) == repeats}
    if repeats > 1 and len(rows) > 1:
        yield Repeated(name=name, rows=rows, faster=faster)


def _rate(trial: TrialRecord) -> Cell | None:
    hold = trial.hold
    if hold is None or trial.limited_by != Limit.SERVER_CPU:
        return None
    seen = trial.limited_by_evidence
    return Cell(
        repeat=trial.repeat,
        value=log(hold.goodput_rps),
        load=_log_load(seen.get("loadgen_cpu"), hold.goodput_rps, trial),
        left=_log_left(seen.get("server_steal")),
    )


def _cost(trial: TrialRecord) -> Cell | None:
    for row in trial.open_loop:
        if row.of_capacity is None and row.cpu_us_per_request:
            return Cell(
                repeat=trial.repeat,
                value=log(row.cpu_us_per_request),
                load=_log_load(row.loadgen_cpu, row.goodput_rps, trial),
                left=_log_left(row.server_steal),
            )
    return None


def _log_load(cpu: float | None, rps: float, trial: TrialRecord) -> float | None:
    # With several workers the record has the busiest one's CPU alone.
    return log(cpu / rps) if cpu and trial.workers == 1 else None


def _log_left(stolen: float | None) -> float | None:
    return None if stolen is None else log(1 - stolen)
