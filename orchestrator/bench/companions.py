"""Facts about a service's companions before and after the measurement. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.model.entry import ContainerSpec, Entry
from orchestrator.model.sample import Sample
from orchestrator.model.trial import Companion
from orchestrator.ports import Image


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCompanion:
    """A companion after the load.

    ``samples``: taken during the load. ``oom_killed``: whether the OOM killer ended one of its
    processes; None if unknown. ``actions``: what others did to it through the engine.
    """

    spec: ContainerSpec
    samples: Sequence[Sample]
    oom_killed: bool | None
    actions: Sequence[str]


def built(entry: Entry, images: Sequence[Image]) -> tuple[Companion, ...]:
    """The records of the companions before they start."""
    return tuple(
        Companion(name=spec.service, image_id=image.id, image_bytes=image.size_bytes)
        for spec, image in zip(entry.companions, images, strict=True)
    )
