"""``service.toml`` of all services and ``services/contract.toml`` as types.

A service's file lies in ``services/<framework>/``, or in ``services/<framework>/<way>/`` for
another way to serve the same application. Such a service is called ``<framework>-<way>``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from labwire import contract
from labwire.expectation import Expectation
from orchestrator.errors import UsageError
from orchestrator.files.toml import read_toml, refused, typed
from orchestrator.model.bases import base_of
from orchestrator.model.entry import Manifest, ServiceSet, framework_of

T = TypeVar("T")
MANIFEST, CONTRACT = "service.toml", "contract.toml"
OF_THE_FRAMEWORK = ("homepage", "source", "uses", "not_offered")
"""Keys that a way to serve may leave out: then they are those of its framework."""


def read_manifests(services: Path) -> dict[str, Manifest]:
    """Every service's manifest, by the service's name.

    Raises:
        UsageError: with everything that is wrong in any of them.
    """
    known = folders(services)
    if not known:
        raise UsageError(f"no */{MANIFEST} in {services}")
    return all_of({name: partial(_manifest, services, name, at) for name, at in known.items()})


def folders(services: Path) -> dict[str, str]:
    """Service -> its folder below ``services``, for every manifest, even a faulty one; sorted.

    Raises:
        UsageError: two folders make services of the same name.
    """
    return named_folders(
        path.parent.relative_to(services).as_posix()
        for pattern in (f"*/{MANIFEST}", f"*/*/{MANIFEST}")
        for path in services.glob(pattern)
    )


def named_folders(there: Iterable[str]) -> dict[str, str]:
    """Service -> its folder, for the folders that have a manifest; sorted by service.

    Raises:
        UsageError: two folders make services of the same name.
    """
    found: dict[str, str] = {}
    for folder in sorted(there):
        if folder.startswith("_"):
            continue
        name = folder.replace("/", "-")
        if name in found:
            raise UsageError(
                f"services/{found[name]} and services/{folder}: both make the service {name}; "
                "rename one"
            )
        found[name] = folder
    return dict(sorted(found.items()))


def sets(services: Path) -> dict[str, tuple[str, ...]]:
    """The services of each set; a manifest that cannot be read is in none."""
    found: dict[str, list[str]] = {one.value: [] for one in ServiceSet}
    for name, folder in folders(services).items():
        for one in _named_sets(services / folder / MANIFEST):
            if one in found:
                found[one].append(name)
    return {one: tuple(names) for one, names in found.items()}


def bases(services: Path) -> dict[str, str]:
    """Service -> its base; without services whose manifest cannot be read, or that have no base."""
    known = list[Manifest]()
    for name, folder in folders(services).items():
        with suppress(UsageError):
            known.append(_manifest(services, name, folder))
    found = {one.id: base_of(one, known) for one in known}
    return {service: base for service, base in found.items() if base is not None}


def read_contract(services: Path) -> dict[str, Expectation]:
    """What every service must answer, by workload.

    Raises:
        UsageError: the file is missing, or with everything that is wrong in it.
    """
    path = services / CONTRACT
    with refused():
        found = contract.read_contract(path)
    known = {one.value for one in ServiceSet}
    wrong = [
        f"{path}: [{one.workload}] only = {one.only!r}: no set has this name; give one of "
        f"{', '.join(ServiceSet)}"
        for one in found.values()
        if one.only not in {None, *known}
    ]
    if wrong:
        raise UsageError(wrong)
    return found


def workload_names(services: Path) -> tuple[str, ...]:
    """The names of the contract's workloads, even of faulty ones; empty if it is not TOML."""
    try:
        return tuple(read_toml(services / CONTRACT))
    except UsageError:
        return ()


def on_request(services: Path) -> tuple[str, ...]:
    """The workloads that are measured only where they are named; empty if it is not TOML."""
    try:
        tables = read_toml(services / CONTRACT)
    except UsageError:
        return ()
    return tuple(
        name
        for name, table in tables.items()
        if isinstance(table, dict) and table.get("on_request") is True
    )


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


def _manifest(services: Path, name: str, folder: str) -> Manifest:
    path = services / folder / MANIFEST
    table = read_toml(path)
    own = services / framework_of(folder) / MANIFEST
    if own != path:
        of_framework = read_toml(own)
        shared = {key: of_framework[key] for key in OF_THE_FRAMEWORK if key in of_framework}
        table = {**shared, **table}
    return typed(table, Manifest, path, inside="", id=name, folder=folder)


def _named_sets(path: Path) -> tuple[str, ...]:
    try:
        named = read_toml(path).get("sets", ())
    except UsageError:
        return ()
    return tuple(one for one in named if isinstance(one, str)) if isinstance(named, list) else ()
