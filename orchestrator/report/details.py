"""The details of a row on the page: limits, evidence, settings, repeats and caveats."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.model.entry import OWN_SERVER
from orchestrator.model.record import RunRecord
from orchestrator.model.trial import Outcome, TrialRecord
from orchestrator.report.column import hundredths, three_digits, whole
from orchestrator.report.companions import companion_facts
from orchestrator.report.doubts import Told, doubts_of_row
from orchestrator.report.group import (
    Group,
    cpu_us_per_request,
    memory_idle_mb,
    open_cpu_us_per_request,
    start_s,
)
from orchestrator.report.limit_words import IN_WORDS
from orchestrator.report.observed import what_runs
from orchestrator.report.repeats import repeats
from orchestrator.report.reproduce import reproduce
from orchestrator.report.table import Table

Facts = tuple[tuple[str, str], ...]
"""Pairs of a term and its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The end of a trial that was not measured."""

    what: str
    reason: str
    log_tail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """The details of one row. Text is not escaped; the page does that."""

    limits: Facts
    evidence: Facts
    settings: Facts
    runs: Facts
    resources: Facts
    notes: tuple[str, ...]
    repeats: Table
    caveats: tuple[Told, ...]
    endings: tuple[Ending, ...]
    command: str
    raw: tuple[str, ...]


def details(record: RunRecord, group: Group) -> Details:
    """The details of one framework with one workload."""
    last = group.held[-1] if group.held else group.trials[-1]
    return Details(
        limits=_limits(group),
        evidence=_evidence(record, group),
        settings=_settings(last),
        runs=what_runs(last.server),
        resources=_resources(group),
        notes=last.server.notes,
        repeats=repeats(record, group),
        caveats=doubts_of_row(record, group.trials),
        endings=tuple(
            Ending(
                what=f"{t.outcome} in {t.phase}" if t.phase else str(t.outcome),
                reason=t.reason or "no reason is known",
                log_tail=t.log_tail,
            )
            for t in group.trials
            if t.outcome is not Outcome.MEASURED
        )
        + _left_out(record, group),
        command=reproduce(record, group.service, group.workload),
        raw=tuple(name for trial in group.trials for name in trial.raw),
    )


def _left_out(record: RunRecord, group: Group) -> tuple[Ending, ...]:
    """Why it did not take part in the launches of all services at once."""
    return tuple(
        Ending(
            what=f"left out of the launches of all at once, in {out.phase}",
            reason=out.reason,
            log_tail=out.log_tail,
        )
        for one in record.together
        for out in one.left_out
        if (out.service, one.workload) == (group.service, group.workload)
    )


def _limits(group: Group) -> Facts:
    found = dict.fromkeys(t.limited_by for t in group.held if t.limited_by)
    return tuple((name, IN_WORDS.get(name, "")) for name in found)


def _evidence(record: RunRecord, group: Group) -> Facts:
    several = record.settings.repeats > 1
    return tuple(
        (f"repeat {trial.repeat}: {name}" if several else name, f"{number:,.4g}")
        for trial in group.held
        for name, number in trial.limited_by_evidence.items()
    )


def _settings(trial: TrialRecord) -> Facts:
    server = trial.server
    versions = ", ".join(f"{name} {version}" for name, version in server.versions.items())
    said = (
        ("Server", "its own" if server.server == OWN_SERVER else server.server),
        ("Interface", server.interface),
        ("Workers, threads", f"{server.workers}, {server.threads}"),
        ("Keep-alive", "yes" if server.keep_alive else "no, closes after each response"),
        ("Listen backlog", f"{server.backlog:,}"),
        ("Event loop", server.event_loop),
    )
    facts = (
        *(() if server.unsaid else said),
        ("Answers with", server.uses),
        ("Versions", versions),
        ("Python", server.python),
        ("Image", server.image_id),
        ("Base image", server.base),
        ("Open files", None if trial.nofile is None else f"{trial.nofile:,}"),
        ("Load", ", ".join(f"{name} {v}" for name, v in trial.load_versions.items())),
    )
    return tuple((term, text) for term, text in facts if text)


def _resources(group: Group) -> Facts:
    cpu, idle, start = cpu_us_per_request(group), memory_idle_mb(group), start_s(group)
    common = open_cpu_us_per_request(group)
    stops = group.median(lambda t: t.resources.stop_s if t.resources else None)
    used = [t.resources for t in group.trials if t.resources]
    restarts = sum(one.restarts or 0 for one in used)
    facts = (
        ("CPU time for a request", None if cpu is None else f"{hundredths(cpu)} µs"),
        ("The same at the common rate", None if common is None else f"{hundredths(common)} µs"),
        ("Memory before the load", None if idle is None else f"{whole(idle)} MB"),
        ("Start-up", None if start is None else f"{three_digits(start)} s"),
        ("Stop", None if stops is None else f"{three_digits(stops)} s"),
        ("Out of memory", "yes" if any(one.oom_killed for one in used) else None),
        ("Restarts", str(restarts) if restarts else None),
        *companion_facts(group),
    )
    return tuple((term, text) for term, text in (*facts, *_measurements(group)) if text)


def _measurements(group: Group) -> Facts:
    """What other experiments measured, with a line for each value of each repeat."""
    return tuple(
        (f"{name} ({_by(method, trial, group)})", _said(value))
        for trial in group.trials
        for method, measurement in trial.measurements.items()
        for name, value in measurement.items()
        if value is not None
    )


def _by(method: str, trial: TrialRecord, group: Group) -> str:
    return f"{method}, repeat {trial.repeat}" if len(group.trials) > 1 else method


def _said(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:,.6g}"
