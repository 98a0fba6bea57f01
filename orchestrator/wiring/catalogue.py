"""What the repository declares, read from its files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orchestrator.adapters import manifests
from orchestrator.model.entry import Expectation, Manifest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What the repository declares."""

    manifests: dict[str, Manifest]
    contract: dict[str, Expectation]


def catalogue() -> Catalogue:
    """Read ``services/``.

    Raises:
        UsageError: with everything that is wrong in it.
    """
    services = ROOT / "services"
    return Catalogue(
        manifests=manifests.read_manifests(services), contract=manifests.read_contract(services)
    )
