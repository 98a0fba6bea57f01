"""The compose file: the one definition of every container."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from orchestrator.model.entry import ContainerSpec


class ComposeFile(Protocol):
    """``docker-compose.yml`` as Docker Compose reads it."""

    @property
    def variables(self) -> Mapping[str, str]:
        """What decides on the Python of all services; it overrides ``.env`` and environment."""

    def version(self) -> str:
        """Compose's own version.

        Raises:
            EnvironmentMissing: Compose v2 is missing or does not answer.
        """

    def containers(self, variables: Mapping[str, str] | None = None) -> dict[str, ContainerSpec]:
        """Every service's container, where ``variables`` override ``.env`` and environment.

        Raises:
            EnvironmentMissing: Compose v2 is missing, or prints no JSON.
            UsageError: the file is wrong.
        """

    def why_no_build(self) -> str:
        """Why Compose cannot build any image at all; empty if it can."""
