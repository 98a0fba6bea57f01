"""What the repository declares."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.model.entry import Expectation, Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The manifests by service, and what each workload must be answered with."""

    manifests: dict[str, Manifest]
    contract: dict[str, Expectation]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The services and workloads that there are, even where what is said of them is wrong.

    ``workloads`` is empty where the contract cannot be read.
    """

    services: tuple[str, ...]
    workloads: tuple[str, ...]
