"""What the repository declares, and the checks before anything starts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from labwire.expectation import Expectation
from orchestrator.errors import EnvironmentMissing, UsageError
from orchestrator.files import manifests
from orchestrator.files.variables import wrong_variables
from orchestrator.model.blocks import COMPOSE_FILE
from orchestrator.model.catalogue import Catalogue, Names
from orchestrator.world import World
from orchestrator.world.compose import ComposeFile

T = TypeVar("T")


def names(root: Path) -> Names:
    """Read only the names, which works even if the files are faulty."""
    services = root / "services"
    folders = manifests.folders(services)
    return Names(
        services=tuple(folders),
        workloads=manifests.workload_names(services),
        on_request=manifests.on_request(services),
        folders=folders,
        sets=manifests.sets(services),
        bases=manifests.bases(services),
    )


def catalogue(root: Path) -> Catalogue:
    """Read ``services/``.

    Raises:
        UsageError: with everything that is wrong in it.
    """
    wrong: list[str] = []
    found = _tried(lambda: manifests.read_manifests(root / "services"), wrong)
    contract = _tried(lambda: manifests.read_contract(root / "services"), wrong)
    if found is None or contract is None:
        raise UsageError(wrong)
    return Catalogue(manifests=found, contract=contract)


def checked(world: World, asked: Callable[[Names], list[str]]) -> Catalogue:
    """The catalogue, after everything that a run needs was checked.

    The checks cover manifests, contract, compose file, its variables, the engine's address, and the
    command line. They contact no engine and start nothing.

    Args:
        asked: returns every problem with the command line, in words.

    Raises:
        UsageError: with everything that is wrong in any of them.
        EnvironmentMissing: nothing else is wrong, but Docker Compose is missing or hangs.
    """
    there = names(world.root)
    wrong = asked(there)
    known = _tried(lambda: catalogue(world.root), wrong)
    variables = wrong_variables(world.root, there.workloads)
    wrong += variables.values()
    if (elsewhere := world.engine_problem()) is not None:
        wrong.append(elsewhere)
    try:
        contract = known.contract if known else {}
        _tried(lambda: _defined(world.compose, there.folders, variables, contract), wrong)
    except EnvironmentMissing:
        if not wrong:
            raise
    if wrong or known is None:
        raise UsageError(wrong)
    return known


def _defined(
    compose: ComposeFile,
    folders: Mapping[str, str],
    wrong_variables: Iterable[str],
    contract: Mapping[str, Expectation],
) -> None:
    # Wrong variables are reported separately; use their defaults here.
    defined = compose.containers(dict.fromkeys(wrong_variables, ""))
    wrong = [
        f"{COMPOSE_FILE}: no service {name}, but there is a folder services/{folder}"
        for name, folder in folders.items()
        if name not in defined
    ]
    wrong += [
        f"{COMPOSE_FILE}: no companion {name}, but the contract's workload {one.workload} needs "
        "it; add a block for it, with a healthcheck"
        for one in contract.values()
        for name in one.needs
        if name not in defined or not defined[name].healthcheck
    ]
    if wrong:
        raise UsageError(wrong)


def _tried(call: Callable[[], T], wrong: list[str]) -> T | None:
    """The call's result; None if it raised UsageError, whose problems are added to ``wrong``."""
    try:
        return call()
    except UsageError as error:
        wrong += error.problems
        return None
