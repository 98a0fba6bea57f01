"""What launches of all services at once are compared by: costs relative to the reference. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import exp

from orchestrator.model.comparable import ComparableRow, Quantity
from orchestrator.model.together import Together
from orchestrator.model.trial import FAILED
from orchestrator.stats.launches import machine_us, relative_logs

RELATIVE_COST = Quantity(
    name="relative-cost",
    title="CPU time for a request, as a multiple of the reference's",
    unit="",
    less_is_faster=True,
)


def relative_rows(
    together: Together, made_of: Callable[[str], Mapping[str, str]]
) -> Iterator[ComparableRow]:
    """A row for each service that took part or was left out, with one value for each launch.

    Args:
        made_of: what a service was, by its name.
    """
    logs = relative_logs(together)
    notes = {one.service: f"{FAILED[one.phase]}: {one.reason}" for one in together.left_out}
    for service in dict.fromkeys((*together.services, *notes)):
        values = tuple(exp(value) for value in logs.get(service, ()))
        yield ComparableRow(
            service=service,
            workload=together.workload,
            quantity=RELATIVE_COST,
            values=values,
            made_of=made_of(service),
            machine_us=tuple(machine_us(together, service)) if values else (),
            note=notes.get(service, "" if values else "not measured"),
        )
