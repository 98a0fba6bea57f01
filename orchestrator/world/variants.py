"""Variants of services: what can be wrong with them before anything is built."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from orchestrator.model.variant import Variant


class VariantChecks(Protocol):
    """Looks for the parts of a variant on this host; asks no engine."""

    def problems(self, root: Path, variant: Variant) -> list[str]:
        """Everything that a variant of a service of this checkout lacks, in words."""
