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
PURPOSES: Mapping[str, str] = {
    ServiceSet.OF_2019: "the nine frameworks of the article, each as its documentation starts it",
    ServiceSet.PRODUCTION: "the nine behind the servers that their deployment documentation names",
    ServiceSet.TODAY: "the frameworks and servers that people choose now, in their newest releases",
    ServiceSet.BASE: "a function of a few lines on each server: what a server costs without a "
    "framework",
    ServiceSet.ORM: "one small application on one server with each object-relational mapper, "
    "and with plain psycopg",
    ALL: "every service",
}
"""What each set is for; ``services/README.md`` says the same."""


def described(set_name: str | None) -> str:
    """A set in a sentence: its name, and what it is for if this version of the lab knows it.

    Empty if there is no set: services were named, or the record is older than sets.
    """
    if set_name is None:
        return ""
    purpose = PURPOSES.get(set_name)
    return f"Set {set_name}: {purpose}." if purpose else f"Set {set_name}."


def beginning(set_name: str | None) -> str:
    """A set before a list of other settings; empty if there is none."""
    return f"set {set_name}, " if set_name else ""


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
    can be read. ``bases``: service -> its base (`model.bases`), where both manifests can be read.
    ``on_request``: the workloads that are measured only where they are named.
    """

    services: tuple[str, ...]
    workloads: tuple[str, ...]
    folders: Mapping[str, str] = field(default_factory=dict)
    sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bases: Mapping[str, str] = field(default_factory=dict)
    on_request: tuple[str, ...] = ()

    @property
    def usual(self) -> tuple[str, ...]:
        """The workloads that are measured if none is named."""
        return tuple(name for name in self.workloads if name not in self.on_request)

    def of_set(self, name: str) -> tuple[str, ...]:
        """The services of a set; all of them for ``all``."""
        return self.services if name == ALL else self.sets.get(name, ())
