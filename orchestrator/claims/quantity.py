"""The quantities that claims are about: their names, units, values and limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from orchestrator.model.record import RunRecord
from orchestrator.quantities import Intervals, disk, hold_costs, medians, memory, rates


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A quantity that claims are about.

    ``key``: its name for programs, with the unit. ``show``: a value as text for people. ``of``:
    the values in a record, for one workload. ``missing``: what a record lacks if a service has no
    value, and what to run. ``doubt``: what too few repeats cannot decide; empty if nothing.
    ``bound``: why a value may be only a lower bound.
    """

    key: str
    show: Callable[[float], str]
    of: Callable[[RunRecord, str], Intervals]
    missing: str
    doubt: str
    bound: str = ""


RATE = Quantity(
    key="rps",
    show=lambda value: f"{value:,.0f} requests/s",
    of=rates,
    missing="no measured rate",
    doubt="differences below 30 %",
    bound="a lower bound, since the server's CPU was not what limited it",
)
COST = Quantity(
    key="cpu_us_per_request",
    show=lambda value: f"{value:,.0f} µs of CPU time for a request",
    of=hold_costs,
    missing="no usable CPU time of a request",
    doubt="differences below 30 %",
)
MEDIAN = Quantity(
    key="median_ms",
    show=lambda value: f"{value:.3g} ms",
    of=medians,
    missing="no median at an arrival rate that all have in common (measure with --open-loop)",
    doubt="differences below 30 % or below the load generator's own lateness",
    bound="a lower bound, since the server fell behind the arrival rate",
)
MEMORY = Quantity(
    key="memory_idle_mb",
    show=lambda value: f"{value:.0f} MB",
    of=memory,
    missing="no memory size before the load",
    doubt="differences below 30 %",
)
DISK = Quantity(
    key="disk_mb",
    show=lambda value: f"{value:.1f} MB",
    of=disk,
    missing="no size on disk (records of schema 1 do not have it: measure again)",
    doubt="",
)
