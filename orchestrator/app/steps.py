"""Packages that services must have in one version for their rows to be comparable. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from orchestrator.app.locks import out_of_step
from orchestrator.model.bases import base_of
from orchestrator.model.catalogue import Catalogue
from orchestrator.model.lock import Locks, normal


def not_in_step(
    known: Catalogue, locks: Locks, work: Locks, raised: Collection[str]
) -> tuple[str, ...]:
    """In words, each package whose versions differ between these services and their like.

    Args:
        locks: what the lock of each service pins.
        work: framework -> what the lock of its workloads on request pins.
        raised: the services whose locks were made again; other names are ignored.
    """
    services = [name for name in raised if name in known.manifests]
    return (
        *_of_frameworks(known, locks, services),
        *_of_work(known, locks, work, services),
        *_of_bases(known, locks, services),
    )


def _of_frameworks(known: Catalogue, locks: Locks, services: Collection[str]) -> Iterator[str]:
    """Those that the manifests of all services of a framework name: its own and ujson."""
    for framework in dict.fromkeys(known.manifests[name].framework for name in services):
        its = {
            name: locks[name]
            for name, one in known.manifests.items()
            if one.framework == framework and name in locks
        }
        named = [set(known.manifests[name].packages) for name in its]
        shared = set.intersection(*named) if named else set[str]()
        for package in sorted(shared):
            if (text := out_of_step(its, package)) is not None:
                yield text


def _of_work(
    known: Catalogue, locks: Locks, work: Locks, services: Collection[str]
) -> Iterator[str]:
    """Those of a service that its workloads on request would replace by another version."""
    for name in services:
        pinned, asked = locks.get(name, {}), work.get(known.manifests[name].framework, {})
        for package in sorted(pinned.keys() & asked.keys()):
            both = {name: pinned, "its workloads on request": asked}
            if (text := out_of_step(both, package)) is not None:
                yield text


def _of_bases(known: Catalogue, locks: Locks, services: Collection[str]) -> Iterator[str]:
    """Those that a base and a service on it both pin, and one of the two manifests names.

    They are the server and its parts: what a framework costs is the service less its base.
    """
    bases = {name: base_of(one, known.manifests.values()) for name, one in known.manifests.items()}
    for base in dict.fromkeys(bases[name] for name in services):
        if base is None or base not in locks:
            continue
        on_it = [
            name
            for name, its in bases.items()
            if its == base != name and name in locks and (base in services or name in services)
        ]
        together = (base, *on_it)
        named = {normal(package) for name in together for package in known.manifests[name].packages}
        for package in sorted(named & locks[base].keys()):
            having = {name: locks[name] for name in together if package in locks[name]}
            if (text := out_of_step(having, package)) is not None:
                yield f"with the base {base}, {text}"
