"""What two runs of `lab run` are compared by: throughput, and the CPU time for a request. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields

from orchestrator.compare.conditions import (
    circumstances,
    of_host,
    of_layout,
    of_python,
    of_together,
    of_workload,
    yes_or_no,
)
from orchestrator.compare.together import relative_rows
from orchestrator.model.comparable import Comparable, ComparableRow, Quantity
from orchestrator.model.limit import Limit
from orchestrator.model.record import RunRecord
from orchestrator.model.settings import Profile
from orchestrator.model.together import Together
from orchestrator.model.trial import OpenLoop, Outcome, Server, TrialRecord
from orchestrator.report.fixed_rate import ranks_by_cost
from orchestrator.report.group import Group, groups

THROUGHPUT = Quantity(name="throughput", title="throughput", unit="1/s", less_is_faster=False)
CPU = Quantity(
    name="cpu-per-request", title="CPU time for a request", unit="µs", less_is_faster=True
)
BROKEN = {Limit.MEMORY, Limit.ERRORS}
"""Limits of a hold whose successes say nothing about what one costs."""


def comparable(record: RunRecord) -> Comparable:
    """The run as rows of values, those of its headline first: launches, where it has any.

    Throughput is left out where the CPU time ranks: there the rate describes server and load
    together.
    """
    found = [group for one in record.settings.workloads for group in groups(record, one)]
    at_rate = _cpu_at_rate(record)
    costs = [_cost(group, at_rate=at_rate) for group in found]
    relative = [row for one in record.together for row in _relative(record, one)]
    rates = [] if ranks_by_cost(record) else [_throughput(group) for group in found]
    return Comparable(
        experiment="run",
        run_id=record.run_id,
        started_at=record.started_at,
        conditions=dict(_conditions(record, at_rate=at_rate)),
        circumstances=circumstances(record.host),
        rows=(*relative, *rates, *costs),
    )


def _relative(record: RunRecord, together: Together) -> Iterator[ComparableRow]:
    """The launches of one workload, without failures of the load or of the reference."""
    servers = {trial.service: trial.server for trial in record.trials}

    def made_of(service: str) -> dict[str, str]:
        return _made_of([servers[service]] if service in servers else [])

    return (row for row in relative_rows(together, made_of) if row.service in servers)


def _throughput(group: Group) -> ComparableRow:
    """Successes/s of each hold; no values if anything but the server's CPU limited one of them."""
    held = _ordered(group.held)
    limited = None if group.full else f"not limited by the server's CPU: {group.limited_by}"
    return _row(group, THROUGHPUT, [t.hold.goodput_rps for t in held if t.hold], limited)


def _cost(group: Group, *, at_rate: bool) -> ComparableRow:
    """CPU time for a success, in microseconds: at the common rate, or in the hold."""
    if at_rate:
        rows = [row for trial in _ordered(group.measured) for row in _common(trial)]
        behind = sorted({row.limited_by for row in rows} - {Limit.SCHEDULE})
        wrong = f"the server did not keep up with the common rate: {', '.join(behind)}"
        return _row(group, CPU, [row.cpu_us_per_request for row in rows], wrong if behind else None)
    held = _ordered(group.held)
    broken = sorted({t.limited_by for t in held if t.limited_by} & BROKEN)
    wrong = f"the hold was limited by {', '.join(broken)}"
    costs = [t.resources.cpu_us_per_request for t in held if t.resources]
    return _row(group, CPU, costs, wrong if broken else None)


def _row(
    group: Group, quantity: Quantity, values: Iterable[float | None], wrong: str | None
) -> ComparableRow:
    known = tuple(value for value in values if value is not None)
    lost = _lost(group)
    if not known:
        wrong = wrong if group.held else (None if lost else group.why)
        wrong = wrong if wrong or lost else "not measured"
    return ComparableRow(
        service=group.service,
        workload=group.workload,
        quantity=quantity,
        values=() if wrong else known,
        made_of=_made_of([trial.server for trial in group.measured]),
        note="; ".join(part for part in (wrong, lost) if part),
    )


def _lost(group: Group) -> str:
    """The repeats that failed, and why the first of them did."""
    failed = [trial for trial in group.trials if trial.outcome is Outcome.FAILED]
    if not failed:
        return ""
    where = f" in {failed[0].phase}" if failed[0].phase else ""
    return f"{len(failed)} of {len(group.trials)} trials failed{where}: {failed[0].reason}"


def _made_of(servers: Iterable[Server]) -> dict[str, str]:
    """Image, base image, Python and packages; several if they changed within the run."""
    found: dict[str, list[str]] = {}
    for server in servers:
        facts = {"image": server.image_id, "base": server.base, "Python": server.python}
        for name, text in {**facts, **server.versions}.items():
            if text and text not in found.setdefault(name, []):
                found[name].append(text)
    return {name: ", ".join(texts) for name, texts in found.items() if texts}


def _conditions(record: RunRecord, *, at_rate: bool) -> Iterator[tuple[str, str]]:
    yield from of_host(record.host)
    yield from of_layout(record.layout)
    yield "client", record.settings.client
    yield from of_python(record.settings.python)
    yield from _of_profile(record.profile)
    for name in record.settings.workloads:
        yield from of_workload(name, record.contract.get(name))
    yield from of_together(record.together)
    rate = f"{record.profile.open_rate:g} requests/s" if record.profile.open_rate else ""
    yield CPU.title, f"at {rate}" if at_rate else "in the hold"


def _of_profile(profile: Profile) -> Iterator[tuple[str, str]]:
    """The profile's name, and every value of it as this run used it."""
    yield "profile", profile.name
    for field in fields(profile):
        if field.name != "name":
            yield f"profile.{field.name}", _shown(getattr(profile, field.name))


def _cpu_at_rate(record: RunRecord) -> bool:
    """Whether the CPU time at the common rate was measured; older runs did not measure it."""
    if record.profile.open_rate is None:
        return False
    rows = [row for trial in record.trials for row in _common(trial)]
    return not rows or any(row.cpu_us_per_request is not None for row in rows)


def _common(trial: TrialRecord) -> list[OpenLoop]:
    return [row for row in trial.open_loop if row.of_capacity is None]


def _ordered(trials: Iterable[TrialRecord]) -> list[TrialRecord]:
    return sorted(trials, key=lambda trial: trial.order)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_shown, value)) or "none"
    if isinstance(value, bool) or value is None:
        return "none" if value is None else yes_or_no(value)
    return f"{value:g}" if isinstance(value, float) else str(value)
