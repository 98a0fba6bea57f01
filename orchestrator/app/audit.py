"""``lab audit``: find what a path holds (run, table, Locust's files) and audit it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from labwire.expectation import Expectation
from orchestrator.app.audit_run import audit_experiment, audit_run, experiment_of
from orchestrator.audit.body import Asked, body_differs, body_sizes, workload_path
from orchestrator.audit.counts import errors
from orchestrator.audit.csv_table import csv_table
from orchestrator.audit.locust_csv import FileKind
from orchestrator.audit.locust_run import LocustRun, entry_rows, locust_counts, total_row
from orchestrator.audit.markdown import markdown_tables
from orchestrator.audit.results import audit_results, audit_rows
from orchestrator.audit.tables import results
from orchestrator.audit.unread import lines, of_error, only
from orchestrator.compare.files import RECORD as COMPARED
from orchestrator.errors import UsageError
from orchestrator.experiments.load import LOAD
from orchestrator.experiments.registry import EXPERIMENTS
from orchestrator.files import audit_files, manifests
from orchestrator.model.finding import Finding, Note, Read, Unread
from orchestrator.model.published import OfferedLoad
from orchestrator.words import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the command line says about the results: their workload, and parts of the load (fields
    of ``OfferedLoad``), which override those of a ``load.toml``."""

    workload: str | None = None
    load: Mapping[str, float]


def audit(root: Path, path: Path, told: Told) -> tuple[Note, ...]:
    """Audit a run, a table, or a folder of Locust's files.

    Args:
        root: the checkout, whose contract lists the workloads.

    Raises:
        UsageError: it is none of these, nothing in it could be read, or ``told`` does not fit.
    """
    known = manifests.read_contract(root / "services")
    if told.workload is not None and told.workload not in known:
        raise UsageError(f"--workload {told.workload}: choose from {', '.join(known)}")
    if not path.exists():
        raise UsageError(f"{path}: no such file or folder; {audit_files.EXPECTED}")
    try:
        notes = tuple(_notes(path, told, known))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    if not only(notes, Read):
        what = f"nothing to audit; {audit_files.EXPECTED}"
        if path.is_file():
            what = "it has no table of results with a number that could be read"
        raise UsageError([f"{path}: {what}", *lines(only(notes, Unread))])
    return notes


def _notes(path: Path, told: Told, known: Mapping[str, Expectation]) -> Iterator[Note]:
    measured_by = experiment_of(path)
    if measured_by is not None or path.suffix == ".json":
        if told.load or told.workload:
            known_by_itself = (
                "a run's record has its workloads and its load; leave these options out"
            )
            raise UsageError(f"{path}: {known_by_itself}")
        if measured_by is None or measured_by is LOAD:
            yield from audit_run(path if path.is_dir() else path.parent, path)
        else:
            yield from audit_experiment(measured_by, path if path.is_dir() else path.parent)
    elif path.is_dir():
        yield from _folder(path, told, known)
    elif (kind := audit_files.kind(path)) is FileKind.STATS:
        yield from _locust([path], path.parent, told, known)
    elif kind is not None:
        raise UsageError(f"{path}: {audit_files.why_not(path)}")
    else:
        yield from _tables(path, told, known)


def _folder(root: Path, told: Told, known: Mapping[str, Expectation]) -> Iterator[Note]:
    """Audit all runs and Locust files below a folder; an unreadable one does not stop the rest."""
    runs = [
        (run, experiment)
        for experiment in EXPERIMENTS
        for run in audit_files.run_folders(root, experiment.saved.file)
    ]
    for run, experiment in runs:
        where = run.relative_to(root).as_posix()
        notes = audit_run(run) if experiment is LOAD else audit_experiment(experiment, run)
        try:
            yield from (replace(note, file=f"{where}/{note.file}") for note in notes)
        except UsageError as error:
            record = f"{where}/{experiment.saved.file}"
            yield of_error(error, record, str(root / record))
    # What is derived from two records has nothing to audit; the records themselves have.
    derived = audit_files.run_folders(root, COMPARED)
    files = audit_files.other_files(root, {*(run for run, _ in runs), *derived})
    tests = [file for file in files if audit_files.kind(file) is FileKind.STATS]
    seen = set()
    for note in _locust(tests, root, told, known):
        seen.add(note.file)
        yield note
    for file in files:
        if (where := file.relative_to(root).as_posix()) not in seen:
            yield Unread(file=where, where="", reason=audit_files.why_not(file))


def _tables(path: Path, told: Told, known: Mapping[str, Expectation]) -> Iterator[Note]:
    if path.suffix.lower() not in audit_files.TABLES:
        raise UsageError(f"{path}: {audit_files.EXPECTED}")
    text, is_csv = audit_files.read_text(path), path.suffix.lower() in audit_files.CSV
    tables = (csv_table(text, str(path)),) if is_csv else markdown_tables(text)
    titled = sum(bool(results(table).sets) for table in tables) > 1
    load, asked = _load(path.parent, told), _asked(path, told, known)
    for table in tables:
        found = results(table, table.title if titled else "")
        yield from (replace(one, file=path.name) for one in (*found.others, *found.unread))
        for alike in found.sets:
            findings = [*audit_results(alike, "", load, whole=found.whole)]
            if asked is not None:
                findings += [one for row in alike for one in workload_path(row, asked)]
            findings += body_differs(alike)
            yield from (replace(one, file=path.name) for one in findings)
        if found.sets:
            rows = counted(max(map(len, found.sets)), "row")
            where = f" in {table.title!r}" if titled else ""
            yield Read(file=path.name, what=f"{rows} of {', '.join(found.columns)}{where}")


def _locust(
    files: list[Path], root: Path, told: Told, known: Mapping[str, Expectation]
) -> Iterator[Note]:
    """Audit Locust's files; tests of one workload in one folder are rows of one table."""
    groups: dict[tuple[Path, Asked | None], list[LocustRun]] = defaultdict(list)
    for file in files:
        folder = file.parent.parent if audit_files.is_unnamed(file) else file.parent
        try:
            run = audit_files.locust_run(file, root)
        except UsageError as error:
            yield of_error(error, file.relative_to(root).as_posix(), str(file))
            continue
        groups[folder, _asked(file, told, known)].append(run)
        yield from run.notes()
    for (folder, asked), runs in groups.items():
        yield from _tests(runs, asked, folder.name, _load(folder, told))


def _tests(
    runs: list[LocustRun], asked: Asked | None, folder: str, load: OfferedLoad | None
) -> Iterator[Finding]:
    entries = [row for run in runs for row in entry_rows(run)]
    if asked is not None:
        for row in entries:
            yield from workload_path(row, asked)
        yield from body_sizes([(row, asked) for row in entries])
    yield from body_differs(entries)
    for run in runs:
        yield from locust_counts(run)
        # Leave out entries without requests: Locust writes a rate of 0 for them.
        if len(entry_rows(run)) > 1:
            parts = [row for row in entry_rows(run) if row.requests]
            yield from audit_rows(parts)
            yield from errors(parts)
    totals = [total for run in runs if (total := total_row(run)) is not None]
    yield from audit_results(totals, folder, load)


def _asked(path: Path, told: Told, known: Mapping[str, Expectation]) -> Asked | None:
    name = told.workload or audit_files.named_workload(path, known)
    if name is None or known[name].mix:  # of a mix, no row of Locust's tables has the one path
        return None
    asked, right = known[name].request, known[name].right
    return Asked(
        workload=name,
        method=asked.method,
        path=asked.path,
        body_bytes=len(right.body),
        told=told.workload is not None,
    )


def _load(folder: Path, told: Told) -> OfferedLoad | None:
    beside = audit_files.offered_load(folder)
    if not told.load:
        return beside
    fields = ("users", "spawn_rate", "duration_s", "think_min_s", "think_max_s")
    parts = {name: told.load.get(name, getattr(beside, name, None)) for name in fields}
    if missing := [name for name in fields if parts[name] is None]:
        options = (f"--{name.removesuffix('_s').replace('_', '-')}" for name in missing)
        raise UsageError(f"only part of the load is known; add {', '.join(options)}")
    whole = {name: number for name, number in parts.items() if number is not None}
    load = OfferedLoad(**{**whole, "users": int(whole["users"])})  # type: ignore[arg-type]
    return audit_files.checked(load, "the load")
