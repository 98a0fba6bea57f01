"""What two records of an experiment are compared by, and what a history keeps of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator.words import Moment, Name

ABOUT_WORKLOAD = "workload "
"""Begins the name of a condition that is about the rows of one workload; its name follows."""

PYTHON = "Python of all services"
OWN_PYTHON = "each service's own"
"""The condition of runs that chose a Python for all services, and what it is in all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """Something that was measured. ``name``: for programs; ``title``: for people; ``unit``: such as
    1/s; empty for a ratio. ``less_is_faster``: true for costs and latencies.
    """

    name: Name
    title: str
    unit: str
    less_is_faster: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparableRow:
    """One service under one workload.

    ``values``: one for each independent repeat (a trial, a launch), in the order in which they were
    measured. Empty if there is none; ``note`` then says why. It also names repeats that failed.
    ``machine_us``: for each value, how slow the machine was then: CPU time for the same work, in
    microseconds; empty if that is not known.
    ``made_of``: what was measured, such as the framework's version or the image's id.
    """

    service: Name
    workload: Name
    quantity: Quantity
    values: tuple[float, ...]
    made_of: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    machine_us: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparable:
    """A record as rows of values.

    ``conditions``: name -> text of everything that must be equal in both records: the host, layout,
    network, client, settings. A name that only one record has, such as that of a workload, is about
    rows that only that record has; but one without ``PYTHON`` has ``OWN_PYTHON``, so that lines of
    a history go on that are older than this condition. ``circumstances``: what may differ but is
    told to people: kernel, engine, the lab's version and commit. ``rows``: those of the headline's
    quantity first.
    """

    experiment: Name
    run_id: str
    started_at: Moment
    conditions: Mapping[str, str]
    circumstances: Mapping[str, str]
    rows: tuple[ComparableRow, ...]

    @property
    def headline(self) -> str | None:
        """The name of the quantity by which the record ranks its rows; None if it has no row."""
        return self.rows[0].quantity.name if self.rows else None
