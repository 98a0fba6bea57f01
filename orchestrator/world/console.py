"""A command's output for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from orchestrator.ports import Progress


class Console(Progress, Protocol):
    """Shows a run's progress, and prints finished tables."""

    def table(
        self, title: str, headings: Sequence[tuple[str, bool]], rows: Sequence[Sequence[str]]
    ) -> None:
        """Print a finished table; ``headings``: each with True if its column is left-aligned."""
