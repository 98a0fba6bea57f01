"""The compose file of somebody's own application."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol


class TheirCompose(Protocol):
    """A compose file that is not the lab's."""

    def blocks(self, path: Path, names: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """These services of the file, as Compose resolves them.

        Raises:
            EnvironmentMissing: Compose v2 is missing.
            UsageError: Compose refuses the file, a service is not in it, or has no healthcheck.
        """
