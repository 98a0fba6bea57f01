"""How to read the tables of taxes, and where the time goes."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.experiments.cost.parts import PLAIN, time_parts
from orchestrator.experiments.cost.record import CostRecord
from orchestrator.experiments.cost.taxes import has_bases, has_servers

FRAMEWORK = (
    "Framework tax: what a service costs more than its base, a function of a few lines without a "
    "framework on the same server. Each has a 95 % interval of its own: in a table of twenty, "
    "about one interval does not hold the true value."
)
SERVER = (
    "Server tax: what the same application costs more than on the server that is the cheapest for "
    "it and has the same interface. The intervals of one application's servers are right together "
    "in at least 95 of 100 tables (Bonferroni)."
)
TAXES = (
    "Taxes are differences within launches; microseconds are these times what the reference cost "
    "in this run."
)
TIME = (
    "Where the time goes: the kernel's part is the system time of the service. The server's is "
    "what its base spends in programs, without the handler if that is known, and the framework's "
    "is what the service spends in programs beyond that. What the framework makes the kernel do is "
    "in its tax, but not in its part.",
    "Most kernels only look at each tick of their clock whether a program or the kernel is "
    "running, so the kernel's share is far less exact than the cost; its interval is that of the "
    "launches.",
)


def reading_taxes(record: CostRecord) -> Iterator[str]:
    """How to read those tables of taxes and of time that the record has."""
    bases = has_bases(record)
    if bases:
        yield FRAMEWORK
    if has_servers(record):
        yield SERVER
    if bases or has_servers(record):
        yield TAXES
    if bases:
        yield from TIME
        yield from _of_handlers(record)


def _of_handlers(record: CostRecord) -> Iterator[str]:
    """What the handler's part is, if it is known of any workload."""
    known = [one for one in time_parts(record) if one.handler_us is not None]
    if names := ", ".join(f"`{name}`" for name in dict.fromkeys(one.workload for one in known)):
        yield (
            f"The handler's part ({names}): what the bases spend more in programs than on "
            f"`{PLAIN}`, in the mean."
        )
