"""The engine, load generator, stores and clock that an experiment needs, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from labwire.expectation import Expectation
from orchestrator.errors import TrialFailed
from orchestrator.model.entry import ContainerSpec, Entry
from orchestrator.ports import Clock, Engine, Image, LoadGenerator, Progress, RawStore

Images = Mapping[str, Image | TrialFailed]
"""Service -> its image, or the reason why it could not be built."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Everything outside the lab's own logic that an experiment uses.

    ``containers``: every container of the compose file, by service. ``images``: the images of the
    services to measure, built before the first measurement. ``setup_s``: seconds to plan and build.
    ``contract``: the requests with which a service is observed; nothing is observed without them.
    """

    engine: Engine
    load: LoadGenerator
    containers: Mapping[str, ContainerSpec]
    images: Images
    setup_s: float
    raw: RawStore
    clock: Clock
    progress: Progress
    contract: Mapping[str, Expectation] = field(default_factory=dict)

    def images_of(self, entry: Entry) -> tuple[Image, ...] | TrialFailed:
        """The images of a service and its companions, or why one of them could not be built."""
        found: list[Image] = []
        for name in entry.images:
            image = self.images[name]
            if isinstance(image, TrialFailed):
                return image
            found.append(image)
        return tuple(found)
