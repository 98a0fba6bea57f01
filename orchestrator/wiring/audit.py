"""What ``lab audit`` is given: a run, a table, or what Locust wrote; and what is wrong with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from orchestrator.adapters import audit_files, manifests
from orchestrator.audit.body import Asked, body_differs, body_sizes, workload_path
from orchestrator.audit.csv_table import csv_table
from orchestrator.audit.locust_run import LocustRun, entry_rows, locust_counts, total_row
from orchestrator.audit.markdown import markdown_tables
from orchestrator.audit.results import audit_results, audit_rows
from orchestrator.audit.tables import TextTable, result_rows
from orchestrator.errors import UsageError
from orchestrator.model.entry import Expectation
from orchestrator.model.finding import Finding
from orchestrator.model.published import OfferedLoad
from orchestrator.wiring.audit_run import audit_run
from orchestrator.wiring.catalogue import ROOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a person says of the results: their workload, and parts of the load (see
    ``OfferedLoad``) that go before those of a ``load.toml``."""

    workload: str | None = None
    load: Mapping[str, float]


def audit(path: Path, told: Told) -> tuple[Finding, ...]:
    """Audit a run, a table, or a folder of Locust's files.

    Raises:
        UsageError: it is none of these, cannot be read, or what was told does not fit.
    """
    try:
        return tuple(_audit(path, told))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error


def _audit(path: Path, told: Told) -> list[Finding]:
    known = manifests.read_contract(ROOT / "services")
    if told.workload is not None and told.workload not in known:
        raise UsageError(f"--workload {told.workload}: there are {', '.join(known)}")
    if not path.exists():
        raise UsageError(f"{path}: there is no such file or folder; {audit_files.EXPECTED}")
    if (path / audit_files.RECORD).is_file() or path.suffix == ".json":
        if told.load or told.workload:
            raise UsageError(
                f"{path}: a run knows its workloads and its load; leave the options out"
            )
        return list(audit_run(path if path.is_dir() else path.parent, path))
    if path.is_dir():
        return list(_folder(path, told, known))
    if audit_files.is_locust(path):
        return list(_locust([path], path.parent, told, known))
    return list(_tables(path, told, known))


def _folder(path: Path, told: Told, known: Mapping[str, Expectation]) -> Iterator[Finding]:
    """All runs and all of Locust's files below a folder."""
    runs, files = audit_files.run_folders(path), audit_files.locust_files(path)
    if not runs and not files:
        raise UsageError(f"{path}: nothing to audit; {audit_files.EXPECTED}")
    for run in runs:
        where = run.relative_to(path).as_posix()
        yield from (replace(one, file=f"{where}/{one.file}") for one in audit_run(run))
    yield from _locust(files, path, told, known)


def _tables(path: Path, told: Told, known: Mapping[str, Expectation]) -> Iterator[Finding]:
    if path.suffix.lower() not in (".md", ".markdown", ".csv"):
        raise UsageError(f"{path}: {audit_files.EXPECTED}")
    text, where = audit_files.read_text(path), str(path)
    found: tuple[TextTable, ...]
    if path.suffix.lower() == ".csv":
        found = (csv_table(text, where),)
    else:
        found = markdown_tables(text, where)
    of_results = [table for table in found if result_rows(table)]
    if not of_results:
        raise UsageError(
            f"{path}: no table of results; expected columns such as requests, requests/s, p50 (ms)"
        )
    load = _load(path.parent, told)
    for table in of_results:
        rows = result_rows(table, table.title if len(of_results) > 1 else "")
        yield from audit_results(rows, path.name, load)
        asked = _asked(path, told, known)
        if asked is not None:
            found_paths = [finding for row in rows for finding in workload_path(row, asked)]
            yield from (replace(finding, file=path.name) for finding in found_paths)
        yield from (replace(finding, file=path.name) for finding in body_differs(rows))


def _locust(
    files: list[Path], root: Path, told: Told, known: Mapping[str, Expectation]
) -> Iterator[Finding]:
    """Tests in one folder, of one workload, are rows of one table."""
    groups: dict[tuple[Path, Asked | None], list[LocustRun]] = defaultdict(list)
    for file in files:
        folder = file.parent.parent if audit_files.is_unnamed(file) else file.parent
        groups[folder, _asked(file, told, known)].append(audit_files.locust_run(file, root))
    for (folder, asked), runs in groups.items():
        entries = [row for run in runs for row in entry_rows(run)]
        if asked is not None:
            for row in entries:
                yield from workload_path(row, asked)
            yield from body_sizes([(row, asked) for row in entries])
        yield from body_differs(entries)
        for run in runs:
            yield from locust_counts(run)
            if len(parts := entry_rows(run)) > 1:
                yield from audit_rows(parts)
        totals = [total for run in runs if (total := total_row(run)) is not None]
        yield from audit_results(totals, folder.name, _load(folder, told))


def _asked(path: Path, told: Told, known: Mapping[str, Expectation]) -> Asked | None:
    name = told.workload or audit_files.named_workload(path, known)
    if name is None:
        return None
    return Asked(
        workload=name,
        path=known[name].path,
        body_bytes=len(known[name].body.encode()),
        told=told.workload is not None,
    )


def _load(folder: Path, told: Told) -> OfferedLoad | None:
    beside = audit_files.offered_load(folder)
    if not told.load:
        return beside
    fields = ("users", "spawn_rate", "duration_s", "think_min_s", "think_max_s")
    parts = {name: told.load.get(name, getattr(beside, name, None)) for name in fields}
    if missing := [
        name.replace("_s", "").replace("_", "-") for name in fields if parts[name] is None
    ]:
        raise UsageError("the load is not known whole; add " + ", ".join(f"--{m}" for m in missing))
    whole = {name: float(number) for name, number in parts.items() if number is not None}
    load = OfferedLoad(
        users=int(whole.pop("users")),
        spawn_rate=whole["spawn_rate"],
        duration_s=whole["duration_s"],
        think_min_s=whole["think_min_s"],
        think_max_s=whole["think_max_s"],
    )
    return audit_files.checked(load, "the load")
