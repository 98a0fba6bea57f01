"""``services/*/service.toml`` and ``services/contract.toml`` as types."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from orchestrator.errors import UsageError
from orchestrator.model.entry import Expectation, Manifest

T = TypeVar("T")


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
            found[name] = _typed(_toml(path), Manifest, path, id=name)
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
    for name, table in _toml(path).items():
        try:
            found[name] = _typed(table, Expectation, path, workload=name)
        except UsageError as error:
            problems += error.problems
    if problems:
        raise UsageError(problems)
    return found


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text())
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except ValueError as error:  # no TOML, or no UTF-8
        raise UsageError(f"{path}: {error}") from error


def _typed(table: object, kind: type[T], path: Path, **named: str) -> T:
    """A table as ``kind``; ``named`` is what its place says, so that the table must not."""
    if not isinstance(table, dict):
        raise UsageError(f"{path}: {', '.join(named.values())} is no table")
    known = {field.name for field in fields(kind)} - set(named)  # type: ignore[arg-type]
    if unknown := sorted(set(table) - known):
        raise UsageError(f"{path}: unknown key {', '.join(unknown)}")
    try:
        return msgspec.convert({**table, **named}, kind)
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: {error}") from error
