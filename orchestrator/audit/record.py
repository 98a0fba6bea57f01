"""The audit of a run's record alone: compares its numbers with each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from orchestrator.audit.alike import equal_values, plateau
from orchestrator.audit.latency import percentile_order
from orchestrator.audit.record_counts import trial_counts
from orchestrator.audit.record_histogram import trial_histograms
from orchestrator.audit.record_holds import two_holds
from orchestrator.audit.record_limit import trial_limit
from orchestrator.audit.record_little import hold_little
from orchestrator.audit.record_rows import counted_rows, label, latency_rows
from orchestrator.audit.record_together import launches
from orchestrator.audit.results import audit_rows
from orchestrator.audit.row import ResultRow
from orchestrator.model.finding import Finding
from orchestrator.model.record import RunRecord
from orchestrator.model.trial import TrialRecord


def audit_record(record: RunRecord, file: str = "run.json") -> tuple[Finding, ...]:
    """All findings about a record that need no other file.

    A trial that failed, was skipped or was interrupted has fewer numbers, but these must agree,
    too.

    Args:
        file: the record's file, named in each finding.
    """
    found = [finding for trial in record.trials for finding in _trial(record, trial)]
    found += [*_across(record), *launches(record)]
    return tuple(replace(one, file=one.file or file) for one in found)


def _trial(record: RunRecord, trial: TrialRecord) -> Iterator[Finding]:
    yield from trial_limit(trial, shared=record.layout.shared)
    yield from trial_counts(trial)
    yield from audit_rows(counted_rows(trial))
    for row in latency_rows(trial):
        yield from percentile_order(row)
    yield from trial_histograms(trial)
    yield from hold_little(trial)
    yield from two_holds(trial)


def _across(record: RunRecord) -> Iterator[Finding]:
    """Find holds that are too similar, among those that stand in one table."""
    holds: dict[tuple[str, int], list[ResultRow]] = defaultdict(list)
    for trial in record.trials:
        if trial.hold is not None:
            rps, limit = trial.hold.goodput_rps, trial.limited_by
            row = ResultRow(name=label(trial), rps=rps, limited_by=limit)
            holds[trial.workload, trial.repeat].append(row)
    for rows in holds.values():
        yield from plateau(rows)
    yield from equal_values([row for rows in holds.values() for row in rows])
