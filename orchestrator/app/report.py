"""Makes a record's report, and the page that lists all runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from orchestrator.app import judgement
from orchestrator.audit.record import audit_record
from orchestrator.compare.files import PAGE
from orchestrator.compare.files import RECORD as COMPARED
from orchestrator.errors import LabError, SelfContradiction, UsageError
from orchestrator.experiments.experiment import Experiment, P, R, S, Surroundings
from orchestrator.experiments.load import LOAD
from orchestrator.experiments.registry import EXPERIMENTS
from orchestrator.files import manifests, results_dir
from orchestrator.files.lock_file import read_locks
from orchestrator.files.published import read_published
from orchestrator.model.finding import Finding, Kind
from orchestrator.model.lock import Locks
from orchestrator.model.published import Published
from orchestrator.report.runs import Listed, Others, runs_page
from orchestrator.report.stale import stale_rows
from orchestrator.report.templating import Links
from orchestrator.words import line
from orchestrator.world import World
from orchestrator.world.console import Console

SHOWN = 5
"""Contradictions that a message shows; `lab audit` shows all of them."""


def console(world: World, experiment: Experiment[S, P, R]) -> Console:
    """Where a person reads how it goes: stderr if stdout has nothing but tables."""
    return world.err if experiment.shown.tables_alone else world.out


def publish(
    world: World,
    experiment: Experiment[S, P, R],
    record: R,
    folder: results_dir.RunFolder,
    results: Path,
    *,
    tables: bool = True,
) -> None:
    """Write everything derived from the record and the page of all runs; print the tables.

    Args:
        tables: whether to print them.

    Raises:
        UsageError: no report can be made of it.
        SelfContradiction: the record's own numbers cannot all be right; nothing is written.
        EnvironmentMissing: a file cannot be written.
    """
    told = console(world, experiment)
    content = experiment.saved.files(record)[experiment.saved.file]
    saved = experiment.saved.read(content, str(folder.record))
    locks, published = locks_of(world.root), read_published(_published(world.root))
    _write(world.root, experiment, saved, folder, results, published, locks)
    for table in experiment.shown.tables(saved) if tables else ():
        world.out.table(table.title, table.headings, table.shown)
    told.note(f"record: {folder.record}")
    told.note(f"report: {folder.path / experiment.shown.page}")
    list_runs(results, locks)


def report(world: World, results: Path, name: str) -> None:
    """Rebuild one run's report from its record; needs no Docker.

    Raises:
        UsageError: no such run, its record cannot be read, or no report can be made of it.
        SelfContradiction: the record's own numbers cannot all be right; nothing is written.
        EnvironmentMissing: a file cannot be written.
    """
    experiment = _measured_by(results, name)
    folder = _folder(experiment, results_dir.find_run(results, name, experiment.saved.file))
    record = results_dir.read_record(folder.record, experiment.saved.read)
    publish(world, experiment, record, folder, results)


def _measured_by(results: Path, name: str) -> Experiment[Any, Any, Any]:
    """The experiment of that run; `lab run` for ``latest``, or if none has that run."""
    for experiment in EXPERIMENTS if name != "latest" else ():
        with suppress(UsageError):
            results_dir.find_run(results, name, experiment.saved.file)
            return experiment
    return LOAD


def _folder(experiment: Experiment[S, P, R], path: Path) -> results_dir.RunFolder:
    return results_dir.RunFolder(path, record=experiment.saved.file, raw=experiment.saved.raw)


def summarized(results: Path, name: str) -> str:
    """A run or a judgement on one screen, as Markdown; writes nothing.

    Args:
        name: its id, its folder, or ``latest``: the newest of all that can be summarized.

    Raises:
        UsageError: there is none, its record cannot be read, or no report can be made of it.
        SelfContradiction: the record's own numbers cannot all be right.
    """
    path = _to_summarize(results, name)
    if path.name == judgement.RECORD:
        return judgement.judgement_summary(results_dir.read_record(path, judgement.read))
    experiment = next(one for one in EXPERIMENTS if one.saved.file == path.name)
    record = results_dir.read_record(path, experiment.saved.read)
    with in_words(path.parent):
        consistent(experiment, record, path.parent)
        return _summaries()[path.name](record)


def _to_summarize(results: Path, name: str) -> Path:
    """The record that the name means; the newest if it means several."""
    found = []
    for file in (*_summaries(), judgement.RECORD):
        with suppress(UsageError):
            found.append(results_dir.find_run(results, name, file) / file)
    if not found:
        return results_dir.find_run(results, name)  # raises: it says what is missing
    return max(found, key=lambda path: path.stat().st_mtime)


def _summaries() -> dict[str, Callable[[Any], str]]:
    """The file of a record -> what makes its summary."""
    return {
        one.saved.file: one.shown.summary for one in EXPERIMENTS if one.shown.summary is not None
    }


def report_all(world: World, results: Path) -> list[LabError]:
    """Rebuild the reports of all runs, and the page that lists them; return the failures.

    Raises:
        UsageError: there is no such folder.
    """
    if not results.is_dir():
        raise UsageError(f"{results}: there is no such folder")
    published, problems = read_published(_published(world.root)), list[LabError]()
    locks = locks_of(world.root)
    for experiment in EXPERIMENTS:
        for path in results_dir.runs(results, experiment.saved.file):
            folder = _folder(experiment, path)
            try:
                record = results_dir.read_record(folder.record, experiment.saved.read)
                _write(world.root, experiment, record, folder, results, published, locks)
            except LabError as error:  # one failure does not stop the others
                problems.append(error)
            else:
                world.out.note(f"report: {path / experiment.shown.page}")
    world.out.note(f"all runs: {list_runs(results, locks)}")
    return problems


def _write(
    root: Path,
    experiment: Experiment[S, P, R],
    record: R,
    folder: results_dir.RunFolder,
    results: Path,
    published: Published,
    locks: Locks,
) -> None:
    with in_words(folder.path):
        found = consistent(experiment, record, folder.path)
        links = links_of(root, folder.path, results)
        around = Surroundings(published=published, findings=found, links=links, locks=locks)
        files = experiment.shown.files(record, around)
        saved = experiment.saved.files(record)
    if files:
        folder.save_report(files)
    if pages := {name: text for name, text in saved.items() if name != experiment.saved.file}:
        folder.save(pages, finished=True)


@contextmanager
def in_words(folder: Path) -> Iterator[None]:
    """Turn any unexpected error that a record causes into a message about that record.

    Raises:
        UsageError: in place of an unexpected error.
    """
    try:
        yield
    except (LabError, OSError):
        raise
    except Exception as error:
        said = f"{type(error).__name__}: {line(str(error), 200)}"
        raise UsageError(
            f"{folder}: no report can be made of its record ({said}); what was measured is "
            f"untouched, and `lab audit {folder}` may show what is wrong with it"
        ) from error


def consistent(experiment: Experiment[S, P, R], record: R, folder: Path) -> Sequence[Finding]:
    """The audit's findings in a record that may be published.

    Raises:
        SelfContradiction: its numbers cannot all be right.
    """
    found = experiment.findings(record)
    if wrong := _contradictions(found):
        raise SelfContradiction(_refused(folder, wrong))
    return found


def _contradictions(findings: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.kind is Kind.CONTRADICTION]


def _refused(folder: Path, wrong: list[Finding]) -> str:
    told = [f"  {finding.row}: {finding.text} ({finding.rule})" for finding in wrong[:SHOWN]]
    return "\n".join(
        [
            f"{folder}: its record contradicts itself, so the lab makes no report of it:",
            *told,
            f"what was measured is untouched; `lab audit {folder}` shows all {len(wrong)}",
        ]
    )


def links_of(root: Path, folder: Path, results: Path) -> Links:
    """The page links to other files only where every copy has them at the same place."""
    inside = folder.resolve().parent == (root / "results").resolve()
    return Links(
        root="../../../" if inside else None,
        index=folder.resolve().parent == results.resolve(),
    )


def _published(root: Path) -> Path:
    return root / "results" / "published"


def locks_of(root: Path) -> Locks:
    """What the lock of each service of a checkout pins."""
    services = root / "services"
    return read_locks(services, manifests.folders(services))


def list_runs(results: Path, locks: Locks) -> Path:
    """``index.html`` of all runs below a folder."""
    listed = [_listed(path, locks) for path in results_dir.runs(results)]
    others = [
        Others(title=one.shown.title, folders={path.name: _opened(one, path) for path in paths})
        for one in EXPERIMENTS
        if one is not LOAD and (paths := results_dir.runs(results, one.saved.file))
    ]
    if paths := results_dir.runs(results, COMPARED):
        pages = {path.name: f"report/{PAGE}" for path in paths}
        others.append(Others(title="Two runs compared", folders=pages))
    return results_dir.save_index(results, runs_page(listed, others))


def _opened(experiment: Experiment[Any, Any, Any], path: Path) -> str:
    """The file to open in a folder: its page, or its record if there is no page yet."""
    page = experiment.shown.page
    return page if (path / page).is_file() else experiment.saved.file


def _listed(path: Path, locks: Locks) -> Listed:
    page = (path / "report" / "index.html").is_file()
    try:
        record = results_dir.load(path)
        with in_words(path):
            wrong = _contradictions(audit_record(record))
            old = len(stale_rows(record, locks))
        problem = "contradicts itself (lab audit shows how)" if wrong else None
        shown = page and problem is None  # an older page does not belong to this record
        return Listed(folder=path.name, record=record, problem=problem, page=shown, stale=old)
    except LabError as error:
        return Listed(folder=path.name, record=None, problem=str(error), page=page)
