"""``services/*/service.toml`` and ``services/contract.toml`` as types."""

from __future__ import annotations

from pathlib import Path

from orchestrator.adapters.toml import read_toml, typed
from orchestrator.contract import obstacles
from orchestrator.errors import UsageError
from orchestrator.model.entry import Expectation, Manifest


def read_manifests(services: Path) -> dict[str, Manifest]:
    """Every service's manifest, by the name of its folder.

    Raises:
        UsageError: with everything that is wrong in any of them.
    """
    found, problems = {}, []
    for path in sorted(services.glob("*/service.toml")):
        name = path.parent.name
        if name.startswith("_"):
            continue
        try:
            found[name] = typed(read_toml(path), Manifest, path, id=name)
        except UsageError as error:
            problems += error.problems
    if problems:
        raise UsageError(problems)
    if not found:
        raise UsageError(f"no */service.toml in {services}")
    return found


def read_contract(services: Path) -> dict[str, Expectation]:
    """What every service must answer, by workload.

    Raises:
        UsageError: the file is missing or wrong.
    """
    path = services / "contract.toml"
    found, problems = {}, []
    for name, table in read_toml(path).items():
        try:
            found[name] = typed(table, Expectation, path, workload=name)
            problems += [f"{path}: [{name}]: {words}" for words in obstacles(found[name])]
        except UsageError as error:
            problems += error.problems
    if problems:
        raise UsageError(problems)
    return found
