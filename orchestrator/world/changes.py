"""Differences between a commit and the current files."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from orchestrator.changed import Definitions


class Changes(Protocol):
    """Changed paths from git, and the compose file as Compose resolves it, before and after."""

    def fork_point(self, root: Path, revision: str) -> str:
        """The commit at which the work in ``root`` left ``revision``: their merge base.

        Raises:
            EnvironmentMissing: git is missing, or ``root`` is not a checkout.
            UsageError: the commit is not here, or has no commit in common with HEAD.
        """

    def changed_paths(self, root: Path, commit: str) -> tuple[str, ...]:
        """Every path below ``root`` that differs from ``commit``, sorted; also new files.

        Raises:
            EnvironmentMissing: git cannot list them.
        """

    def services_at(self, root: Path, commit: str) -> tuple[str, ...]:
        """The services of a commit, sorted: the folders that have a manifest.

        Raises:
            EnvironmentMissing: git cannot list them.
        """

    def definitions_at(self, root: Path, commit: str) -> Definitions | None:
        """What the compose file of a commit resolves to; None if unknown."""

    def definitions_now(self, root: Path) -> Definitions | None:
        """What the current compose file resolves to; None if unknown."""
