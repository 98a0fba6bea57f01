"""What the bench observed during a trial, besides the load's result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.model.sample import Sample
from orchestrator.ports import ContainerState, Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """Readings of one trial's containers.

    ``server`` and ``workers``: samples taken during the load; ``idle``: the sample between
    verification and load. ``listen_overflows``: in the server's network namespace during the load.
    ``one_namespace``: the load shares that namespace, so the counters that it reads there are the
    server's. ``shared``: server and load share one CPU.
    """

    server: Sequence[Sample]
    workers: Sequence[Sequence[Sample]]
    idle: Sample | None
    state: ContainerState
    image: Image
    start_s: float
    listen_overflows: int | None
    one_namespace: bool
    shared: bool
