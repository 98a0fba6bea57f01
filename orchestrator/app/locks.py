"""How two locks differ, in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.model.lock import Pins, normal, versions


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A distribution whose versions differ; ``before`` is empty if it is new, ``after`` if gone."""

    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def text(self) -> str:
        """``flask 3.1.2 -> 3.1.3``; ``new: itsdangerous 2.2.0``; ``gone: six 1.17.0``."""
        before, after = " and ".join(self.before), " and ".join(self.after)
        if not self.before:
            return f"new: {self.name} {after}"
        if not self.after:
            return f"gone: {self.name} {before}"
        return f"{self.name} {before} -> {after}"


def changes(before: Pins, after: Pins) -> tuple[Change, ...]:
    """What differs between two locks, in the order of the names."""
    both = (
        Change(
            name=name, before=versions(before.get(name, ())), after=versions(after.get(name, ()))
        )
        for name in sorted({*before, *after})
    )
    return tuple(change for change in both if change.before != change.after)


def out_of_step(locks: Mapping[str, Pins], package: str) -> str | None:
    """In words, if these services do not all have the same version of a package; else None.

    Args:
        locks: the locks of all services that share one application.
    """
    name = normal(package)
    pinned = {
        service: " and ".join(versions(pins.get(name, ()))) for service, pins in locks.items()
    }
    if len(set(pinned.values())) < 2:
        return None
    said = ", ".join(f"{version or 'none'} in {service}" for service, version in pinned.items())
    return f"{package}: {said}"
