"""Where a person reads what a command says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from orchestrator.ports import Progress


class Console(Progress, Protocol):
    """Tells how a run stands, and prints finished tables."""

    def table(
        self, title: str, headings: Sequence[tuple[str, bool]], rows: Sequence[Sequence[str]]
    ) -> None:
        """Print a finished table; ``headings``: each with whether its column is left-aligned."""
