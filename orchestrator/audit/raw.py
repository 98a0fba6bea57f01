"""Compares a run's raw files with its record: Locust's own CSV, and the manifest. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from labwire.expectation import MIX
from orchestrator.audit.body import Asked, workload_path
from orchestrator.audit.locust_run import LocustRun, entry_rows, locust_counts, total_row
from orchestrator.audit.record_rows import label
from orchestrator.audit.row import ResultRow, contradiction, doubt, shown
from orchestrator.model.finding import Finding
from orchestrator.model.record import Endpoint
from orchestrator.model.trial import Outcome, TrialRecord

LOST = 0.02
"""Share of the bytes that Locust may miss: if a report cuts an answer in two, and contains no other
request, the bytes of this answer are in neither report."""
HEADERS_MOST = 1024
"""The lab's client counts headers, too. With these servers they have 100 to 300 bytes."""


def audit_raw(trial: TrialRecord, run: LocustRun, endpoint: Endpoint | None) -> Iterator[Finding]:
    """Compare the files that Locust wrote with the trial's record.

    Locust's files are about the closed loop, as the record's totals are. The counts are compared
    only if the trial was measured: the files of a failed trial may be incomplete.

    Args:
        endpoint: what the workload requests; None if the record is older than schema 2.
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
            # Of a mix Locust has one row, which names the workload: its requests differ.
            if (row.method, row.path) == (MIX, trial.workload):
                continue
            yield from workload_path(row, asked)
            yield from _body(row, endpoint)


def changed(
    differences: Mapping[str, tuple[str | None, str | None]], *, raw_is_there: bool = True
) -> Iterator[Finding]:
    """Rule ``manifest``: report every file that is missing, changed or not listed.

    Args:
        differences: file -> (digest listed, digest found), from ``checksums.differences``.
        raw_is_there: whether the folder ``raw/`` exists. A run may be passed on without it. Then
            there is one finding for all raw files instead of one for each.
    """
    left_out = [] if raw_is_there else [file for file in differences if file.startswith("raw/")]
    if left_out:
        text = (
            f"None of the {len(left_out)} raw files that SHA256SUMS lists is here, so the record "
            "cannot be compared with them."
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
            text = "was changed after it was saved: its SHA-256 differs from the one in SHA256SUMS"
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
            text = f"{whose}, but the record of {label(trial)} has {counted:,}."
            yield contradiction(total, "counts", told, counted, text)


def _body(row: ResultRow, endpoint: Endpoint) -> Iterator[Finding]:
    if row.body_bytes is None or not row.requests:
        return
    least = endpoint.body_bytes * (1 - (row.failures or 0) / row.requests) * (1 - LOST)
    size, whole = shown(row.body_bytes), endpoint.body_bytes
    if row.body_bytes < least - 1:
        text = (
            f"The answers have {size} bytes on average, less than the body of {endpoint.path} "
            f"({whole} bytes)."
        )
        yield contradiction(row, "body-size", row.body_bytes, whole, text)
    elif row.body_bytes > whole + HEADERS_MOST:
        text = (
            f"The answers have {size} bytes on average. The body of {endpoint.path} has {whole} "
            f"bytes, and headers have at most {HEADERS_MOST:,}."
        )
        yield doubt(row, "body-size", row.body_bytes, whole, text)
