"""The compose file: the one definition of every container."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from orchestrator.model.entry import ContainerSpec


class ComposeFile(Protocol):
    """``docker-compose.yml`` as Docker Compose reads it."""

    def version(self) -> str:
        """Compose's own version.

        Raises:
            EnvironmentMissing: no Compose v2, or it does not answer.
        """

    def containers(self, variables: Mapping[str, str] | None = None) -> dict[str, ContainerSpec]:
        """Every service's container, with ``variables`` in place of ``.env`` and environment.

        Raises:
            EnvironmentMissing: no Compose v2, or one that prints no JSON.
            UsageError: the file is wrong.
        """

    def why_no_build(self) -> str:
        """What keeps Compose from building any image at all; empty where nothing does."""
