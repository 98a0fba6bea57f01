"""What the bench saw of a trial beside its load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.model.sample import Sample
from orchestrator.ports import ContainerState, Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """Readings of one trial's containers.

    ``server`` and ``workers``: samples taken during the load; ``idle``: the one between
    verification and load. ``listen_overflows``: in the server's network namespace during the load.
    ``one_namespace``: the load shares that namespace, so what it reads of it is the server's.
    ``shared``: server and load have one CPU together.
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
