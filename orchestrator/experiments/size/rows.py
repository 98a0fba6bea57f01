"""What follows from the searches of each service. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from orchestrator.experiments.size.bisection import highest_kept, lowest_missed, next_rate
from orchestrator.experiments.size.options import MONTH_H
from orchestrator.experiments.size.record import Search, SizedService, SizeRecord, SizeSettings
from orchestrator.report.column import three_digits
from orchestrator.stats.geometric import geometric_mean

MONTH_S = MONTH_H * 3600
APART = 1.25
"""Searches of which one found more than so many times the rate of another do not agree."""
IDLE_LEAST = 0.05
"""Below this idle share of any probe, the client itself may have been the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeRow:
    """One service.

    ``rate``: the highest rate (requests/s) that kept the promise, the geometric mean of all
    searches, with its 95 % interval from ``low`` to ``high``; None: not known. ``users``: who each
    send a request as often as the settings say. ``a_month``: requests; ``for_money``: requests for
    one unit of money. ``capacity``: requests/s in a closed loop. ``note``: what else to know.
    """

    service: str
    name: str
    rate: float | None
    low: float | None
    high: float | None
    users: float | None
    a_month: float | None
    for_money: float | None
    capacity: float | None
    searches: int
    note: str


def size_rows(record: SizeRecord) -> tuple[SizeRow, ...]:
    """One row for each service, in the record's order."""
    return tuple(_row(service, record.settings) for service in record.services)


def _row(service: SizedService, settings: SizeSettings) -> SizeRow:
    ended = _ended(service)
    rates = [highest_kept(search.probes) for search in ended]
    known = [rate for rate in rates if rate is not None]
    mean = geometric_mean(known) if known and len(known) == len(rates) else None
    rate = mean.value if mean else None
    a_month = rate * MONTH_S if rate else None
    return SizeRow(
        service=service.service,
        name=service.name,
        rate=rate,
        low=mean.low if mean else None,
        high=mean.high if mean else None,
        users=rate * settings.every_s if rate else None,
        a_month=a_month,
        for_money=a_month / settings.price if a_month and settings.price else None,
        capacity=median(one.capacity for one in ended) if ended else None,
        searches=len(ended),
        note="; ".join(_notes(service)),
    )


def _ended(service: SizedService) -> list[Search]:
    """The searches that came to their end: one that was cut off says only how far it had come."""
    return [one for one in service.searches if next_rate(one.probes, one.capacity) is None]


def _notes(service: SizedService) -> Iterator[str]:
    if service.reason is not None:
        yield f"failed in {service.reason}"
    ended = _ended(service)
    if cut_off := len(service.searches) - len(ended):
        yield f"{cut_off} of {len(service.searches)} searches did not come to their end"
    rates = [highest_kept(search.probes) for search in ended]
    if None in rates:
        yield f"{rates.count(None)} of {len(rates)} searches kept the promise at no rate"
    found = sorted(rate for rate in rates if rate is not None)
    if found and found[-1] > APART * found[0]:
        yield (
            f"the searches do not agree ({three_digits(found[0])} to {three_digits(found[-1])} "
            "requests/s), so do not plan with this rate: leave the machine alone and measure "
            "again, with more searches (--searches)"
        )
    searched = [search.probes for search in ended]
    if any(highest_kept(one) is not None and lowest_missed(one) is None for one in searched):
        yield "the promise was kept at every rate that was tried: the rate is a lower bound"
    probes = [probe for search in service.searches for probe in search.probes]
    if any(probe.idle < IDLE_LEAST for probe in probes):
        yield "the load generator was nearly full: the rate is a lower bound"
