"""Rule ``launches``: launches of all services at once must fit together, and to the trials."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from statistics import median

from orchestrator.audit.row import ResultRow, Rule, contradiction, doubt, shown
from orchestrator.model.finding import Finding
from orchestrator.model.record import RunRecord
from orchestrator.model.together import LOAD, REFERENCE, Together, TogetherLaunch
from orchestrator.quantities import cpu_times

RULE: Rule = "launches"
FACTOR = 2.0
"""Alone at the common rate and beside all others, a request costs different amounts, but the factor
between the two is much the same for all services. Single trials vary by a third either way."""
SERVICES_LEAST = 3
"""A service's factor is compared with the median of all: of two, nobody knows which is wrong."""


def launches(record: RunRecord) -> Iterator[Finding]:
    """Compare the launches with the settings, with each other, and with the trials."""
    for workload, times in Counter(one.workload for one in record.together).items():
        if times > 1 or workload not in record.settings.workloads:
            row = ResultRow(name=f"{workload}, launches")
            text = f"The record has launches of {workload} {times} times; the run measured "
            text += f"{', '.join(record.settings.workloads)}."
            yield contradiction(row, RULE, times, None, text)
    for one in record.together:
        yield from _services(record, one)
        yield from _launches(one)
        yield from _against_trials(record, one)


def _services(record: RunRecord, one: Together) -> Iterator[Finding]:
    """Each service of the run either took part, or was left out for a reason."""
    told = Counter([*one.services, *(left.service for left in one.left_out)])
    for name in (REFERENCE, LOAD):  # left out where they failed, and no services
        del told[name]
    wanted = Counter(record.settings.services)
    for service in sorted({*told, *wanted}):
        if told[service] != wanted[service]:
            text = (
                f"The run measured {service} {wanted[service]} times, but its launches name it "
                f"{told[service]} times, as one that took part or was left out."
            )
            row = ResultRow(name=f"{service} {one.workload}, launches")
            yield contradiction(row, RULE, told[service], wanted[service], text)


def _launches(one: Together) -> Iterator[Finding]:
    row = ResultRow(name=f"{one.workload}, launches")
    pace = (one.rate, one.requests)
    if any(known is not None and known <= 0 for known in pace):
        text = f"Launches at {one.rate} requests/s with {one.requests} requests cannot be."
        yield contradiction(row, RULE, one.rate, None, text)
    for number, launch in enumerate(one.launches, 1):
        at = ResultRow(name=f"{one.workload}, launch {number}")
        yield from _slices(one, launch, at)
    for number, (earlier, later) in enumerate(pairwise(one.launches), 2):
        if later.at_s < earlier.at_s:
            text = f"It ended {shown(later.at_s)} s after the first began, before the last one."
            at = ResultRow(name=f"{one.workload}, launch {number}")
            yield contradiction(at, RULE, later.at_s, earlier.at_s, text)


def _slices(one: Together, launch: TogetherLaunch, at: ResultRow) -> Iterator[Finding]:
    """Every slice loaded the reference and each service that took part, and each used CPU time."""
    if not launch.slices:
        yield contradiction(at, RULE, 0, 1, "It has no slice.")
    for used in launch.slices:
        missing = [name for name in (REFERENCE, *one.services) if name not in used]
        unknown = [name for name in used if name not in launch.order]
        if missing or unknown:
            text = "A slice must have the reference, each service that took part, and no other "
            text += f"container than those started; missing: {', '.join(missing) or 'none'}, "
            text += f"not started: {', '.join(unknown) or 'none'}."
            yield contradiction(at, RULE, len(used), len(one.services) + 1, text)
            return
        for name, cost_us in used.items():
            if not cost_us > 0:
                text = f"A request to {name} cost {shown(cost_us)} µs, but every cost is above 0."
                yield contradiction(at, RULE, cost_us, 0, text)


def _against_trials(record: RunRecord, one: Together) -> Iterator[Finding]:
    """The cost in the launches / the cost alone, compared with the median of the services."""
    alone = cpu_times(record, one.workload)
    factors = {
        service: (cost_us, alone[service].value)
        for service in one.services
        if service in alone and (cost_us := _cost_us(one, service)) is not None
    }
    if len(factors) < SERVICES_LEAST:
        return
    usual = median(cost_us / alone_us for cost_us, alone_us in factors.values())
    for service, (cost_us, alone_us) in factors.items():
        if not usual / FACTOR <= cost_us / alone_us <= usual * FACTOR:
            text = (
                f"A request cost {shown(cost_us)} µs in the launches and {shown(alone_us)} µs in "
                f"the trials, a factor of {cost_us / alone_us:.2f}; most services have "
                f"{usual:.2f}."
            )
            row = ResultRow(name=f"{service} {one.workload}, launches")
            yield doubt(row, RULE, cost_us / alone_us, usual, text)


def _cost_us(one: Together, service: str) -> float | None:
    known = [
        used[service]
        for launch in one.launches
        for used in launch.slices
        if used.get(service, 0) > 0
    ]
    return median(known) if known else None
