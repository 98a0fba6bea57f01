"""The audit of a run: its record, what Locust wrote itself, and the manifest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from orchestrator import codec
from orchestrator.adapters import audit_files, checksums
from orchestrator.audit.raw import audit_raw, changed
from orchestrator.audit.record import audit_record
from orchestrator.model.finding import Finding
from orchestrator.model.trial import TrialRecord


def audit_run(folder: Path, path: Path | None = None) -> Iterator[Finding]:
    """A run: its record, what Locust wrote itself, and the manifest.

    Raises:
        UsageError: the record or a file beside it cannot be read.
    """
    path = folder / audit_files.RECORD if path is None or path.is_dir() else path
    record = codec.decode(audit_files.read_text(path).encode(), str(path))
    yield from audit_record(record, path.name)
    if path.name != audit_files.RECORD:
        return  # a record alone: what lies beside it is not its own
    for trial in record.trials:
        if (file := _raw_stats(folder, trial)) is not None:
            run = replace(audit_files.locust_run(file, folder), name=file.parent.name)
            yield from audit_raw(trial, run, record.contract.get(trial.workload))
    there = (folder / checksums.RAW).is_dir()
    yield from changed(checksums.differences(folder), raw_is_there=there)


def _raw_stats(folder: Path, trial: TrialRecord) -> Path | None:
    """Where Locust wrote the trial's numbers; records older than schema 2 do not say it."""
    name = f"{trial.order:03}-{trial.service}-{trial.workload}-{trial.repeat}"
    files = trial.raw or (f"raw/{name}/locust_stats.csv",)
    told = next((folder / file for file in files if file.endswith(audit_files.TODAY)), None)
    inside = told is not None and told.resolve().is_relative_to(folder.resolve())
    return told if told is not None and inside and told.is_file() else None
