"""What becomes of a record: its report, and the page that lists all runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from orchestrator import codec
from orchestrator.adapters import results_dir
from orchestrator.adapters.progress import ConsoleProgress
from orchestrator.adapters.published import read_published
from orchestrator.audit.record import audit_record
from orchestrator.audit.results import audit_published
from orchestrator.claims import decide
from orchestrator.errors import LabError, SelfContradiction, UsageError
from orchestrator.model.finding import Finding, Kind
from orchestrator.model.published import Published
from orchestrator.model.record import RunRecord
from orchestrator.report.files import report_files
from orchestrator.report.page import Links
from orchestrator.report.published import beside
from orchestrator.report.runs import Listed, runs_page
from orchestrator.report.summary import run_summary
from orchestrator.report.table import Table
from orchestrator.report.tables import tables
from orchestrator.wiring.catalogue import ROOT
from orchestrator.words import line

RESULTS = ROOT / "results"
PUBLISHED = RESULTS / "published"
SHOWN = 5
"""How many contradictions a message tells; `lab audit` tells them all."""


def publish(record: RunRecord, folder: results_dir.RunFolder, results: Path) -> None:
    """Write ``report/`` from the record and the page that lists all runs; prints the tables.

    Raises:
        UsageError: nothing can be made of it.
        SelfContradiction: the record's own numbers cannot all be right; nothing is written.
        EnvironmentMissing: a file cannot be written.
    """
    progress = ConsoleProgress()
    saved = codec.saved(record)
    _write(saved, folder, results, read_published(PUBLISHED))
    for table in tables(saved):
        progress.table(table.title, table.headings, table.shown)
    progress.note(f"record: {folder.path / results_dir.RECORD}")
    progress.note(f"report: {folder.path / 'report' / 'index.html'}")
    _list_runs(results)


def report(results: Path, name: str) -> None:
    """Rebuild one run's report from its record; needs no Docker.

    Raises:
        UsageError: no such run, its record cannot be read, or nothing can be made of it.
        SelfContradiction: the record's own numbers cannot all be right; nothing is written.
        EnvironmentMissing: a file cannot be written.
    """
    path = results_dir.find_run(results, name)
    publish(results_dir.load(path), results_dir.RunFolder(path), results)


def summarized(results: Path, name: str) -> str:
    """One run on one screen, as Markdown; writes nothing.

    Raises:
        UsageError: no such run, its record cannot be read, or nothing can be made of it.
        SelfContradiction: the record's own numbers cannot all be right.
    """
    path = results_dir.find_run(results, name)
    record = results_dir.load(path)
    with _in_words(path):
        _consistent(record, path)
        return run_summary(record)


def report_all(results: Path) -> list[LabError]:
    """Rebuild the report of every run, and the page that lists them; what could not be rebuilt.

    Raises:
        UsageError: there is no such folder.
    """
    if not results.is_dir():
        raise UsageError(f"{results}: there is no such folder")
    progress, published, problems = ConsoleProgress(), read_published(PUBLISHED), list[LabError]()
    for path in results_dir.runs(results):
        try:
            _write(results_dir.load(path), results_dir.RunFolder(path), results, published)
        except LabError as error:  # the others are none the worse for it
            problems.append(error)
        else:
            progress.note(f"report: {path / 'report' / 'index.html'}")
    progress.note(f"all runs: {_list_runs(results)}")
    return problems


def _write(
    record: RunRecord, folder: results_dir.RunFolder, results: Path, published: Published
) -> None:
    with _in_words(folder.path):
        found = _consistent(record, folder.path)
        files = report_files(
            record,
            published=published,
            beside=_beside(record, published),
            findings=found,
            links=_links(folder.path, results),
        )
    folder.save_report(files)


@contextmanager
def _in_words(folder: Path) -> Iterator[None]:
    """A record of which nothing can be made is told as such, whatever it is that breaks on it.

    Raises:
        UsageError: in place of an error that nobody foresaw.
    """
    try:
        yield
    except (LabError, OSError):
        raise
    except Exception as error:
        said = f"{type(error).__name__}: {line(str(error), 200)}"
        raise UsageError(
            f"{folder}: nothing can be made of its record ({said}); what was measured is "
            f"untouched, and `lab audit {folder}` may tell what is wrong in it"
        ) from error


def _consistent(record: RunRecord, folder: Path) -> Sequence[Finding]:
    """What the audit finds in a record that may be shown.

    Raises:
        SelfContradiction: its numbers cannot all be right.
    """
    found = audit_record(record)
    if wrong := _contradictions(found):
        raise SelfContradiction(_refused(folder, wrong))
    return found


def _contradictions(findings: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.kind is Kind.CONTRADICTION]


def _beside(record: RunRecord, published: Published) -> list[Table]:
    """What was published beside what was measured, and what became of its claims."""
    audited = {table.file: audit_published(table) for table in published.tables}
    return beside(record, published, decide(published.claims, record), audited)


def _refused(folder: Path, wrong: list[Finding]) -> str:
    told = [f"  {finding.row}: {finding.text} ({finding.rule})" for finding in wrong[:SHOWN]]
    return "\n".join(
        [
            f"{folder}: its record contradicts itself, so no report is published of it:",
            *told,
            f"what was measured is untouched; `lab audit {folder}` tells all {len(wrong)}",
        ]
    )


def _links(folder: Path, results: Path) -> Links:
    """Links lead out of the page only where the same files stand at the same place everywhere."""
    inside = folder.resolve().parent == RESULTS.resolve()
    return Links(
        root="../../../" if inside else None,
        index=folder.resolve().parent == results.resolve(),
    )


def _list_runs(results: Path) -> Path:
    """``index.html`` of all runs below a folder."""
    listed = [_listed(path) for path in results_dir.runs(results)]
    return results_dir.save_index(results, runs_page(listed, results_dir.crosschecks(results)))


def _listed(path: Path) -> Listed:
    page = (path / "report" / "index.html").is_file()
    try:
        record = results_dir.load(path)
        with _in_words(path):
            wrong = _contradictions(audit_record(record))
        problem = "contradicts itself (lab audit tells how)" if wrong else None
        shown = page and problem is None  # a page from before is none of this record
        return Listed(folder=path.name, record=record, problem=problem, page=shown)
    except LabError as error:
        return Listed(folder=path.name, record=None, problem=str(error), page=page)
