"""What the repository declares, and everything that is wrong before anything starts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from labwire.expectation import Expectation
from orchestrator.adapters import manifests
from orchestrator.adapters.compose import COMPOSE_FILE, Compose
from orchestrator.adapters.engine_address import engine_problem
from orchestrator.adapters.variables import wrong_variables
from orchestrator.errors import EnvironmentMissing, UsageError
from orchestrator.model.entry import Manifest
from orchestrator.model.settings import Settings
from orchestrator.plan import problems

T = TypeVar("T")
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What the repository declares."""

    manifests: dict[str, Manifest]
    contract: dict[str, Expectation]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The services and workloads that there are, even where what is said of them is wrong.

    ``workloads`` is empty where the contract cannot be read.
    """

    services: tuple[str, ...]
    workloads: tuple[str, ...]


def names(root: Path = ROOT) -> Names:
    """Read no more than the names; that cannot fail."""
    services = root / "services"
    return Names(
        services=manifests.service_names(services), workloads=manifests.workload_names(services)
    )


def catalogue(root: Path = ROOT) -> Catalogue:
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


def checked(asked: Callable[[Names], list[str]], root: Path = ROOT) -> Catalogue:
    """The catalogue, once nothing is wrong with anything that a run is made of.

    That is manifests, contract, compose file, its variables, the engine's address, and what was
    asked for. No engine is asked and nothing starts.

    Args:
        asked: all that is wrong with the command line, in words.

    Raises:
        UsageError: with everything that is wrong in any of them.
        EnvironmentMissing: else, where Docker Compose is missing or hangs.
    """
    there = names(root)
    wrong = asked(there)
    known = _tried(lambda: catalogue(root), wrong)
    variables = wrong_variables(root, there.workloads)
    wrong += variables.values()
    if (elsewhere := engine_problem()) is not None:
        wrong.append(elsewhere)
    try:
        _tried(lambda: _defined(root, there.services, variables), wrong)
    except EnvironmentMissing:
        if not wrong:
            raise
    if wrong or known is None:
        raise UsageError(wrong)
    return known


def checked_for(settings: Settings) -> Catalogue:
    """The same, for a run.

    Raises:
        UsageError: with everything that is wrong.
        EnvironmentMissing: else, where Docker Compose is missing or hangs.
    """
    return checked(
        lambda there: problems(settings, there.services, there.workloads or settings.workloads)
    )


def _defined(root: Path, services: Sequence[str], wrong_variables: Iterable[str]) -> None:
    # A variable that is wrong is told by itself: here its default stands in its place.
    defined = Compose(root).containers(dict.fromkeys(wrong_variables, ""))
    if missing := [name for name in services if name not in defined]:
        raise UsageError(
            [
                f"{COMPOSE_FILE}: no service {name}, though there is a folder services/{name}"
                for name in missing
            ]
        )


def _tried(call: Callable[[], T], wrong: list[str]) -> T | None:
    """What it returns; None where it finds something wrong, which joins the rest."""
    try:
        return call()
    except UsageError as error:
        wrong += error.problems
        return None
