"""The history: adds runs to its file, and finds the changes in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestrator.app.compare import LATEST, Run, comparable_of, run_of
from orchestrator.errors import LabError, UsageError
from orchestrator.experiments.registry import EXPERIMENTS
from orchestrator.files import results_dir
from orchestrator.files.atomic import write_atomically, writing
from orchestrator.files.history import alone, read_lines, write_lines
from orchestrator.history.checked import checked
from orchestrator.history.found import Found, found
from orchestrator.history.page import PAGE, page
from orchestrator.history.run import KeptRun, LeftOut, added, kept

CALLED = "run of a history"


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A run in the history. ``left_out``: the rows of its record that a history cannot keep."""

    run: KeptRun
    left_out: tuple[LeftOut, ...]


def add(results: Path, names: Sequence[str], file: Path) -> tuple[list[Added], bool]:
    """Add runs to the file; one that is there already is replaced by what its record says now.

    Args:
        names: each a run's id, its folder, or ``latest``.

    Returns:
        The runs, and whether the file has changed.

    Raises:
        UsageError: a run cannot be added, or the file is broken; lists all problems. Nothing is
            written.
        EnvironmentMissing: the file cannot be written.
    """
    new, problems = list[Added](), list[str]()
    for name in names:
        try:
            new.append(_added(results, name))
        except LabError as error:
            problems += error.problems if isinstance(error, UsageError) else [str(error)]
    if problems:
        raise UsageError(list(dict.fromkeys(problems)))
    with alone(file):
        runs = _runs(file)
        for one in new:
            runs = added(runs, one.run)
        return new, write_lines(file, runs)


def history(
    file: Path, service: str | None = None, quantity: str | None = None
) -> tuple[Found, ...]:
    """Every line with its changes.

    Args:
        service: only lines of this service.
        quantity: only lines of this quantity.

    Raises:
        UsageError: the file cannot be read or is broken, or no line is of this service or quantity.
    """
    if not file.exists():
        raise UsageError(f"{file}: there is no such file yet; `lab history add RUN` makes it")
    runs = _runs(file)
    rows = [row for run in runs for row in run.rows]
    problems = [
        *_unknown("service", service, {row.service for row in rows}),
        *_unknown("quantity", quantity, {row.quantity for row in rows}),
    ]
    if problems:
        raise UsageError(problems)
    return found(runs, service, quantity)


def save_page(folder: Path, known: Sequence[Found]) -> Path:
    """Write the page into a folder, which is made if it is not there.

    Raises:
        EnvironmentMissing: it cannot be written.
    """
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    path = folder / PAGE
    write_atomically(path, page(known).encode())
    return path


def _runs(file: Path) -> tuple[KeptRun, ...]:
    return checked(read_lines(file, KeptRun, CALLED), str(file))


def _unknown(what: str, name: str | None, known: set[str]) -> list[str]:
    if name is None or name in known:
        return []
    names = ", ".join(sorted(known)) or "nothing"
    return [f"the history has no {what} {name!r}; it has {names}"]


def _added(results: Path, name: str) -> Added:
    of = _newest(results) if name == LATEST else run_of(results, name)
    comparable = comparable_of(of)
    if not _finished(of):
        raise UsageError(f"{of.folder}: the run has not finished; add it when it has")
    run, left_out = kept(comparable)
    if not run.rows:
        why = "; ".join(f"{one.row}: {one.why}" for one in left_out) or "its record has no rows"
        raise UsageError(f"{of.folder}: nothing to add: {why}")
    return Added(run=run, left_out=left_out)


def _finished(run: Run) -> bool:
    saved = run.experiment.saved
    record = results_dir.read_record(run.folder / saved.file, saved.read)
    return record.finished_at is not None and not record.interrupted


def _newest(results: Path) -> Run:
    """The run that was saved last, of any experiment that a history keeps."""
    kinds = [one for one in EXPERIMENTS if one.comparable is not None]
    found = [
        (path / one.saved.file, Run(experiment=one, folder=path))
        for one in kinds
        for path in results_dir.runs(results, one.saved.file)
    ]
    if not found:
        names = " or ".join(f"`lab {one.name}`" for one in kinds)
        raise UsageError(f"no run of {names} in {results}/ yet")
    return max(found, key=lambda one: one[0].stat().st_mtime)[1]
