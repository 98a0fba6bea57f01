"""``services/*/service.toml`` and ``services/contract.toml`` as types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

from labwire import contract
from labwire.expectation import Expectation
from orchestrator.errors import UsageError
from orchestrator.files.toml import read_toml, refused, typed
from orchestrator.model.entry import Manifest

T = TypeVar("T")
MANIFEST, CONTRACT = "service.toml", "contract.toml"


def read_manifests(services: Path) -> dict[str, Manifest]:
    """Every service's manifest, by the name of its folder.

    Raises:
        UsageError: with everything that is wrong in any of them.
    """
    paths = {name: services / name / MANIFEST for name in service_names(services)}
    if not paths:
        raise UsageError(f"no */{MANIFEST} in {services}")
    return all_of(
        {name: partial(_manifest, name, path) for name, path in paths.items()},
    )


def service_names(services: Path) -> tuple[str, ...]:
    """The names of the folders that have a manifest, even a faulty one."""
    names = (path.parent.name for path in sorted(services.glob(f"*/{MANIFEST}")))
    return tuple(name for name in names if not name.startswith("_"))


def read_contract(services: Path) -> dict[str, Expectation]:
    """What every service must answer, by workload.

    Raises:
        UsageError: the file is missing, or with everything that is wrong in it.
    """
    with refused():
        return contract.read_contract(services / CONTRACT)


def workload_names(services: Path) -> tuple[str, ...]:
    """The names of the contract's workloads, even of faulty ones; empty if it is not TOML."""
    try:
        return tuple(read_toml(services / CONTRACT))
    except UsageError:
        return ()


def all_of(readers: Mapping[str, Callable[[], T]]) -> dict[str, T]:
    """Call every reader; name -> what it returned.

    Raises:
        UsageError: with the problems of all readers.
    """
    found, problems = {}, list[str]()
    for name, read in readers.items():
        try:
            found[name] = read()
        except UsageError as error:
            problems += error.problems
    if problems:
        raise UsageError(problems)
    return found


def _manifest(name: str, path: Path) -> Manifest:
    return typed(read_toml(path), Manifest, path, inside="", id=name)
