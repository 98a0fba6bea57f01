"""Builds the images before anything is measured."""

from __future__ import annotations

from collections.abc import Iterable

from orchestrator.errors import TrialFailed
from orchestrator.model.settings import PlannedTrial
from orchestrator.ports import Engine, Image, Progress


def build_all(
    trials: Iterable[PlannedTrial], engine: Engine, progress: Progress
) -> dict[str, Image | TrialFailed]:
    """Build the image of each service; a failure is returned in its place, not raised."""
    images: dict[str, Image | TrialFailed] = {}
    for service in dict.fromkeys(name for trial in trials for name in trial.entry.images):
        progress.note(f"building the image of {service}")
        try:
            images[service] = engine.build(service)
        except TrialFailed as failure:
            progress.note(
                f"{service} could not be built: {failure.reason}\n{failure.log_tail}".rstrip()
            )
            images[service] = failure
    return images
