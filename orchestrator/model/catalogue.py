"""What the repository declares."""

from __future__ import annotations

from dataclasses import dataclass

from labwire.expectation import Expectation
from orchestrator.model.entry import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The manifests by service, and the answer that each workload expects."""

    manifests: dict[str, Manifest]
    contract: dict[str, Expectation]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names of all services and workloads, even if their manifests have errors.

    ``workloads`` is empty if the contract cannot be read.
    """

    services: tuple[str, ...]
    workloads: tuple[str, ...]
