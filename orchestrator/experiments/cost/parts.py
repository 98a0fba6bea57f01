"""Where the CPU time of a request goes: kernel, server, framework, handler, as far as known. Pure.

The parts of a service s with the base b, of their relative costs r and the kernel's shares k:

    kernel     k(s) r(s)              all system time of the service
    framework  u(s) - u(b)            with the time in programs, u = (1 - k) r
    handler    u(b) - u(b, `PLAIN`)   what bases spend more to make the longer answer, in the mean
    server     u(b) - handler

They add up to r(s). Where noise would make a part less than nothing, it is 0, and the next one is
that much smaller.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from statistics import fmean

from orchestrator.experiments.cost.costs import costs
from orchestrator.experiments.cost.record import CostRecord
from orchestrator.model.together import REFERENCE, Together
from orchestrator.stats.launches import cpu_us, relatives
from orchestrator.stats.shares import Share, share_of
from orchestrator.stats.taxes import Values

PLAIN = "text"
"""The workload whose handler only returns a constant. What a base spends more for another one is
the work of that one's handler: the document, its JSON, and the longer answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeParts:
    """Where the CPU time of a request to a service goes, in microseconds.

    ``kernel``: its share of the service's CPU time; it and ``kernel_us`` are None if the host does
    not tell them, and the kernel is then in the other parts. ``handler_us`` is None under `PLAIN`
    and without it: the handler is then in ``server_us``. ``together_us``: server, framework and
    handler, which nothing tells apart if the service has no base.
    """

    service: str
    workload: str
    kernel: Share | None = None
    kernel_us: float | None = None
    server_us: float | None = None
    handler_us: float | None = None
    framework_us: float | None = None
    together_us: float | None = None


def time_parts(record: CostRecord) -> tuple[TimeParts, ...]:
    """The parts of each service under each workload, the least cost first."""
    return tuple(chain.from_iterable(_of(record, one) for one in record.together))


def kernel_share(together: Together, *services: str) -> Share | None:
    """The kernel's share of these services' CPU time in all slices; None if it is not known."""
    known = [one for one in together.launches if one.system_s.keys() >= set(services)]
    return share_of(
        [sum(one.system_s[name] for name in services) for one in known],
        [sum(one.user_s[name] for name in services) for one in known],
    )


def _of(record: CostRecord, together: Together) -> Iterator[TimeParts]:
    known = relatives(together)
    us = cpu_us(together, REFERENCE) or 0.0
    handler_of_bases = handler_cost(record, together)
    for service in sorted(known, key=lambda name: known[name].relative):
        named = record.part(service).base
        base = named if named in known else service
        shares = {name: kernel_share(together, name) for name in (service, base)}
        own = None if None in shares.values() else shares[service]
        user, user_of_base = (
            known[name].relative * (1 - share.value if own and share else 1.0)
            for name, share in ((service, shares[service]), (base, shares[base]))
        )
        found = TimeParts(
            service=service,
            workload=together.workload,
            kernel=own,
            kernel_us=own.value * known[service].relative * us if own else None,
        )
        if named not in known:
            yield replace(found, together_us=user * us)
            continue
        rest = min(user, user_of_base)
        handler = None if handler_of_bases is None else min(max(handler_of_bases, 0.0), rest)
        yield replace(
            found,
            server_us=(rest - (handler or 0.0)) * us,
            handler_us=None if handler is None else handler * us,
            framework_us=None if base == service else (user - rest) * us,
        )


def handler_cost(record: CostRecord, together: Together) -> float | None:
    """What the bases spend more in programs under this workload than under `PLAIN`.

    In the same launches, and in the mean of all bases, since all have the same few lines as a
    handler, and a single base's difference of some microseconds is lost in its noise. The kernel's
    share is that of all bases together, which has the most ticks. All servers answer the same
    number of requests, so it is right for the mean cost. Where a share is not known, the kernel is
    in the handler's part as it is in the others.

    In multiples of the reference's cost, so that the machine's drift between the two workloads of a
    launch is not in it: the reference does the same for both but for the bytes that it sends. None
    under `PLAIN`, and without it.
    """
    plain = next((one for one in record.together if one.workload == PLAIN), None)
    if plain is None or together.workload == PLAIN:
        return None
    here, there = costs(together), costs(plain)
    bases = [part.service for part in record.parts if part.base == part.service]
    both = [name for name in bases if name in here and name in there]
    more, less = _mean([here[name] for name in both]), _mean([there[name] for name in both])
    launches = more.keys() & less.keys()
    if not launches:
        return None
    shares = kernel_share(together, *both), kernel_share(plain, *both)
    of_more, of_less = (
        1 - share.value if share and None not in shares else 1.0 for share in shares
    )
    return fmean(of_more * more[one] - of_less * less[one] for one in launches)


def _mean(known: Sequence[Values]) -> Values:
    """The mean of several services' costs in each launch."""
    seeds = set(known[0]).intersection(*known) if known else set()
    return {seed: fmean(values[seed] for values in known) for seed in seeds}
