"""A run's raw files against its record: Locust's own CSV, and the manifest. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from orchestrator.audit.body import Asked, workload_path
from orchestrator.audit.locust_run import LocustRun, entry_rows, locust_counts, total_row
from orchestrator.audit.record_rows import label
from orchestrator.audit.row import ResultRow, contradiction, doubt, shown
from orchestrator.model.finding import Finding
from orchestrator.model.record import Endpoint
from orchestrator.model.trial import Outcome, TrialRecord

LOST = 0.02
"""Bytes of an answer that is cut in two by a report are counted in neither where the report has no
other request."""
HEADERS_MOST = 1024
"""The lab's client counts whole answers, headers too: 100 to 300 bytes with these servers."""


def audit_raw(trial: TrialRecord, run: LocustRun, endpoint: Endpoint | None) -> Iterator[Finding]:
    """What Locust wrote itself against what the record says of the trial.

    Locust's files are of the closed loop, as the record's totals are. Those of a trial that failed
    are as far as Locust had got.

    Args:
        endpoint: what the workload asked for; None where the record is older than schema 2.
    """
    total = total_row(run)
    if total is not None and trial.totals is not None and trial.outcome is Outcome.MEASURED:
        yield from locust_counts(run)
        yield from _counts(trial, total)
    if endpoint is not None:
        size = endpoint.body_bytes
        asked = Asked(
            workload=trial.workload,
            method=endpoint.method,
            path=endpoint.path,
            body_bytes=size,
            told=True,
        )
        for row in entry_rows(run):
            yield from workload_path(row, asked)
            yield from _body(row, endpoint)


def changed(
    differences: Mapping[str, tuple[str | None, str | None]], *, raw_is_there: bool = True
) -> Iterator[Finding]:
    """Rule ``manifest``: every file that is not as it was saved.

    Args:
        differences: file -> (digest listed, digest found), as ``checksums.differences`` has them.
        raw_is_there: whether there is a folder ``raw/`` at all. A run may be passed on without it;
            one finding then says that the numbers can no longer be traced, not one for each file.
    """
    left_out = [] if raw_is_there else [file for file in differences if file.startswith("raw/")]
    if left_out:
        text = (
            f"none of the {len(left_out)} raw files that are listed is here: the record cannot be "
            "compared with what it came from."
        )
        row = ResultRow(name="raw/", file="SHA256SUMS")
        yield doubt(row, "manifest", 0, len(left_out), text)
    for file, (listed, found) in sorted(differences.items()):
        if file in left_out:
            continue
        if found is None:
            text = "is listed in SHA256SUMS, but is not there"
        elif listed is None:
            text = "is there, but SHA256SUMS does not list it"
        else:
            text = "is not what was saved: its SHA-256 differs from that in SHA256SUMS"
        row = ResultRow(name=file, file=file)
        yield contradiction(row, "manifest", found, listed, f"{file} {text}.")


def _counts(trial: TrialRecord, total: ResultRow) -> Iterator[Finding]:
    closed = trial.totals
    if closed is None:
        return
    for what in ("requests", "failures"):
        told, counted = getattr(total, what), getattr(closed, what)
        if told != counted:
            whose = f"Locust's own file has {shown(told or 0)} {what}"
            text = f"{whose}, the record of {label(trial)} has {counted:,}."
            yield contradiction(total, "counts", told, counted, text)


def _body(row: ResultRow, endpoint: Endpoint) -> Iterator[Finding]:
    if row.body_bytes is None or not row.requests:
        return
    least = endpoint.body_bytes * (1 - (row.failures or 0) / row.requests) * (1 - LOST)
    size, whole = shown(row.body_bytes), endpoint.body_bytes
    if row.body_bytes < least - 1:
        text = f"{size} bytes an answer, less than the body of {endpoint.path}, {whole} bytes."
        yield contradiction(row, "body-size", row.body_bytes, whole, text)
    elif row.body_bytes > whole + HEADERS_MOST:
        text = (
            f"{size} bytes an answer: the body of {endpoint.path} has {whole}, and headers are "
            "shorter than the rest."
        )
        yield doubt(row, "body-size", row.body_bytes, whole, text)
