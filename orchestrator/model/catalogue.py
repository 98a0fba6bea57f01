"""What the repository declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from labwire.expectation import Expectation
from orchestrator.model.entry import Manifest, ServiceSet

DEFAULT_SET = ServiceSet.OF_2019.value
ALL = "all"
SETS = (*(one.value for one in ServiceSet), ALL)
"""The names of all sets. ``all`` is every service, also one that is in no other set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The manifests by service, and the answer that each workload expects."""

    manifests: dict[str, Manifest]
    contract: dict[str, Expectation]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names of all services and workloads, even if their manifests have errors.

    ``workloads`` is empty if the contract cannot be read. ``folders``: service -> its folder below
    ``services/``. ``sets``: the services of each set, without those whose manifest names none that
    can be read.
    """

    services: tuple[str, ...]
    workloads: tuple[str, ...]
    folders: Mapping[str, str] = field(default_factory=dict)
    sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of_set(self, name: str) -> tuple[str, ...]:
        """The services of a set; all of them for ``all``."""
        return self.services if name == ALL else self.sets.get(name, ())
