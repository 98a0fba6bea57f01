"""What differs between a commit and the files as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from orchestrator.changed import Definitions


class Changes(Protocol):
    """Git's paths, and what Compose makes of the compose file before and after."""

    def fork_point(self, root: Path, revision: str) -> str:
        """The commit at which the work in ``root`` left ``revision``: their merge base.

        Raises:
            EnvironmentMissing: no git, or no checkout.
            UsageError: no such commit here, or none in common with it.
        """

    def changed_paths(self, root: Path, commit: str) -> tuple[str, ...]:
        """Every path below ``root`` that differs from ``commit``, sorted; new files, too.

        Raises:
            EnvironmentMissing: git cannot tell.
        """

    def definitions_at(self, root: Path, commit: str) -> Definitions | None:
        """What the compose file of a commit resolves to; None where that is not known."""

    def definitions_now(self, root: Path) -> Definitions | None:
        """What the compose file as it is resolves to; None where that is not known."""
