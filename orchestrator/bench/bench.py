"""What an experiment needs of the world, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.errors import TrialFailed
from orchestrator.model.entry import ContainerSpec
from orchestrator.ports import Clock, Engine, Image, LoadGenerator, Progress, RawStore

Images = Mapping[str, Image | TrialFailed]
"""Service -> its image, or why it could not be built."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The engine that serves, what loads, and where things are kept and told.

    ``containers``: every container of the compose file, by its service. ``images``: those of the
    services that are to be measured, built before anything is measured;
    ``setup_s``: what that took, and the plan.
    """

    engine: Engine
    load: LoadGenerator
    containers: Mapping[str, ContainerSpec]
    images: Images
    setup_s: float
    raw: RawStore
    clock: Clock
    progress: Progress
