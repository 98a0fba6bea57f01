"""Observes what really runs in a service, in a container of its own, and adds it to its rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from labwire.expectation import Expectation
from orchestrator.bench.bench import Bench
from orchestrator.bench.served import served
from orchestrator.doubts.observed import observed_caveats
from orchestrator.errors import TrialFailed, last_line, unforeseen
from orchestrator.model.entry import Entry, Manifest
from orchestrator.model.observed import NOT_LOOKED_INSIDE, Observed, Process, UnderLoad
from orchestrator.model.trial import Outcome, TrialRecord
from orchestrator.ports import Engine

WITHIN_S = 30.0
MOST_CONNECTIONS = 64
IDLE_SHARE = 0.05
"""A process that used less of the CPU time of all did not serve; a parent needs far less."""
LEAST_CPU_S = 0.1
"""The kernel counts CPU time of processes in ticks of 10 ms; less than this says nothing."""


def observed(entry: Entry, expectations: Sequence[Expectation], engine: Engine) -> Observed:
    """What runs in a service; `Observed.why` says why that could not be found out.

    The same image is started with the same limits, and answers all requests of the contract.
    """
    try:
        watched = replace(entry, container=engine.watched(entry.container))
        with served(watched, engine) as its:
            found = its.server.observed(expectations, connections(entry.manifest), WITHIN_S)
            if (ended := its.ended()) is not None:
                raise ended
            return found
    except TrialFailed as failure:
        return Observed(why=_in_a_line(failure))
    except Exception as error:  # noqa: BLE001 - it must not cost the run a row
        return Observed(why=_in_a_line(unforeseen(error)))


def _in_a_line(failure: TrialFailed) -> str:
    """The reason, and the last line of the log, which often says why."""
    last = last_line(failure.log_tail)
    return failure.reason if last in failure.reason else f"{failure.reason}: {last}"


def connections(manifest: Manifest) -> int:
    """Enough connections that each thread gets work, and never more than may wait at once."""
    numbers = [int(number) for number in re.findall(r"\d+", manifest.threads)[:1]]
    wanted = 4 * manifest.workers * max(1, *numbers, 1)
    return min(wanted, manifest.backlog, MOST_CONNECTIONS)


def with_observed(
    row: TrialRecord, entry: Entry, seen: dict[str, Observed], bench: Bench
) -> TrialRecord:
    """A measured row with what runs in its service, and where that differs from what is said.

    Args:
        seen: what was observed in this run, by service; a service is observed once.
    """
    service = entry.manifest.id
    if service not in seen:
        seen[service] = observed(entry, list(bench.contract.values()), bench.engine)
    earlier = row.server.observed
    found = replace(seen[service], under_load=earlier.under_load if earlier else None)
    server = replace(row.server, observed=found)
    return replace(row, server=server, caveats=(*row.caveats, *observed_caveats(server)))


def not_looked_inside(row: TrialRecord) -> TrialRecord:
    """A measured row before its service is observed: as an interrupt at that time leaves it."""
    if row.server.observed is not None:
        return row
    return replace(row, server=replace(row.server, observed=Observed(why=NOT_LOOKED_INSIDE)))


def is_unobserved(row: TrialRecord) -> bool:
    """Whether the run ended between the measurement of this row and its observation."""
    seen = row.server.observed
    measured = row.outcome is Outcome.MEASURED
    return measured and seen is not None and seen.why == NOT_LOOKED_INSIDE


def under_load(
    before: Sequence[Process] | None, during: Sequence[Process] | None, users: int | None = None
) -> UnderLoad | None:
    """The processes that serve, by the CPU time that they used meanwhile; None if unknown.

    A listening socket does not tell: a parent holds it, too.

    Args:
        users: of the load, each with a connection of its own.
    """
    if before is None or during is None:
        return None
    earlier = {one.pid: one.cpu_s for one in before}
    used = {one.pid: one.cpu_s - earlier.get(one.pid, 0.0) for one in during}
    whole = sum(used.values())
    if whole < LEAST_CPU_S:
        return None
    serving = [one for one in during if used[one.pid] >= IDLE_SHARE * whole]
    return UnderLoad(
        processes=len(serving),
        threads=sum(one.threads for one in serving),
        others=len(during) - len(serving),
        users=users,
    )
