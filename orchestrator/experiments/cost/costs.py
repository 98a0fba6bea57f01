"""The relative costs of a cost table's launches, in a form that can be paired. Pure."""

from __future__ import annotations

from math import exp

from orchestrator.model.together import Together
from orchestrator.stats.launches import relative_logs
from orchestrator.stats.taxes import Values


def costs(together: Together) -> dict[str, Values]:
    """Service -> its relative cost in each launch, by the launch's hash seed.

    A launch has the same seed under all workloads, and no other launch has it.
    """
    return {
        service: {
            launch.seed: exp(value) for launch, value in zip(together.launches, logs, strict=True)
        }
        for service, logs in relative_logs(together).items()
        if logs
    }
