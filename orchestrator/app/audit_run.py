"""Audits a run: its record, Locust's own files, and the manifest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from orchestrator import codec
from orchestrator.audit.raw import audit_raw, changed
from orchestrator.audit.record import audit_record
from orchestrator.audit.record_rows import label
from orchestrator.audit.unread import of_error
from orchestrator.errors import UsageError
from orchestrator.experiments.experiment import Experiment
from orchestrator.experiments.registry import EXPERIMENTS
from orchestrator.files import audit_files, checksums
from orchestrator.model.finding import Note, Read, Unread
from orchestrator.model.record import Endpoint
from orchestrator.model.trial import TrialRecord
from orchestrator.words import counted


def audit_run(folder: Path, path: Path | None = None) -> Iterator[Note]:
    """Audit a run: its record, Locust's own files, and the manifest.

    Raises:
        UsageError: the record or the manifest cannot be read.
    """
    path = folder / audit_files.RECORD if path is None or path.is_dir() else path
    record = codec.decode(audit_files.read_text(path).encode(), str(path))
    yield from audit_record(record, path.name)
    yield Read(file=path.name, what=f"the record of {counted(len(record.trials), 'trial')}")
    if path.name != audit_files.RECORD:
        yield Unread(
            file=path.name,
            where="raw/",
            reason="raw files are checked only for a record that is named run.json",
        )
        return
    for trial in record.trials:
        yield from _raw(folder, trial, record.contract.get(trial.workload))
    yield from _manifest(folder)


def experiment_of(path: Path) -> Experiment[Any, Any, Any] | None:
    """The experiment of this record, or of the record in this folder; None if there is none."""
    for experiment in EXPERIMENTS:
        file = experiment.saved.file
        if path.name == file or (path / file).is_file():
            return experiment
    return None


def audit_experiment(experiment: Experiment[Any, Any, Any], folder: Path) -> Iterator[Note]:
    """Audit the record of any experiment by that experiment's own rules, and its manifest if any.

    Raises:
        UsageError: the record or the manifest cannot be read.
    """
    path = folder / experiment.saved.file
    record = experiment.saved.read(audit_files.read_text(path).encode(), str(path))
    yield from (replace(one, file=one.file or path.name) for one in experiment.findings(record))
    yield Read(file=path.name, what=f"the record of `lab {experiment.name}`")
    if experiment.saved.raw:
        yield from _manifest(folder)


def _manifest(folder: Path) -> Iterator[Note]:
    """Compare the files of a run with their digests in ``SHA256SUMS``."""
    there = (folder / checksums.RAW).is_dir()
    yield from changed(checksums.differences(folder), raw_is_there=there)
    if (folder / checksums.MANIFEST).exists():
        yield Read(file=checksums.MANIFEST, what="the digests of all raw files")
    else:
        reason = "it is missing, so the raw files were not compared with their digests"
        yield Unread(file=checksums.MANIFEST, where="", reason=reason)


def _raw(folder: Path, trial: TrialRecord, endpoint: Endpoint | None) -> Iterator[Note]:
    """Audit Locust's files of a trial; they must exist if the trial has totals."""
    if (file := _raw_stats(folder, trial)) is None:
        if trial.totals is not None:
            reason = "Locust's statistics file is missing"
            yield Unread(file=audit_files.RECORD, where=label(trial), reason=reason)
        return
    try:
        run = replace(audit_files.locust_run(file, folder), name=file.parent.name)
    except UsageError as error:
        yield of_error(error, file.relative_to(folder).as_posix(), str(file))
        return
    yield from audit_raw(trial, run, endpoint)
    yield from run.notes()


def _raw_stats(folder: Path, trial: TrialRecord) -> Path | None:
    """Locust's statistics file of a trial; records before schema 2 do not name it."""
    name = f"{trial.order:03}-{trial.service}-{trial.workload}-{trial.repeat}"
    files = trial.raw or (f"raw/{name}/locust_stats.csv",)
    told = next((folder / file for file in files if file.endswith(audit_files.TODAY)), None)
    inside = told is not None and told.resolve().is_relative_to(folder.resolve())
    return told if told is not None and inside and told.is_file() else None
