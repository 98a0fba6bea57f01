"""Reads the ``lab.toml`` of somebody's own application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from labwire.contract import workloads
from labwire.tables import Headers, Id
from labwire.toml import FileError
from labwire.values import HOLDS
from orchestrator.errors import UsageError
from orchestrator.files.toml import read_toml, typed
from orchestrator.model.own_app import FILE, OwnApp, OwnBuild
from orchestrator.words import Title

READY_WITHIN_S = 60.0
TEMPLATE = "own_template.toml"
RESERVED = ("server", "master", "framework", "localhost", "locust")
"""Names that the lab's own containers have, or that mean something in its network."""

Inside = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=500,
        description="a path inside the folder, without ..",
        extra={HOLDS: lambda text: not text.startswith("/") and ".." not in Path(text).parts},
    ),
]
Absolute = Annotated[
    str,
    Meta(
        pattern=r"^/[A-Za-z0-9._/-]+$(?!\n)",
        max_length=200,
        description="an absolute path in the container, such as /app/cache",
    ),
]
Image = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._/:@-]*$(?!\n)",
        max_length=255,
        description="the name of an image",
    ),
]
Variable = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z_][A-Za-z0-9_]*$(?!\n)",
        max_length=100,
        description="the name of a variable: letters, digits and _",
    ),
]
Value = Annotated[str, Meta(max_length=10_000, description="a text")]
Variables = Annotated[
    dict[Variable, Value], Meta(max_length=200, description="a table of texts, by name")
]
Port = Annotated[
    int,
    Meta(
        ge=1,  # the engine lets every user listen below 1024
        le=9999,
        description="a port from 1 to 9999, other than 5557 and 8089, which are the lab's",
        extra={HOLDS: lambda port: port not in (5557, 8089)},
    ),
]
Seconds = Annotated[float, Meta(gt=0, le=600, description="a number of seconds, 600 at most")]
Command = Annotated[
    tuple[Value, ...],
    Meta(min_length=1, max_length=100, description='a list of words, such as ["python", "app.py"]'),
]
Writable = Annotated[
    tuple[Absolute, ...], Meta(max_length=20, description="a list of at most 20 paths")
]
Services = Annotated[
    tuple[Id, ...], Meta(min_length=1, max_length=10, description="a list of 1 to 10 services")
]
Table = Annotated[dict[str, Any], Meta(description="a table")]
Workloads = Annotated[
    dict[Id, Any], Meta(min_length=1, description="tables such as [workloads.home]")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildTable:
    """``[build]``."""

    context: Inside = "."
    dockerfile: Inside = "Dockerfile"
    target: Id | None = None
    args: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanionsTable:
    """``[companions]``."""

    compose: Inside
    services: Services


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTable:
    """The file as a whole."""

    name: Id
    title: Title | None = None
    build: Table | None = None
    image: Image | None = None
    port: Port = 8000
    command: Command | None = None
    environment: Variables = field(default_factory=dict)
    writable: Writable = ()
    ready_within: Seconds = READY_WITHIN_S
    companions: Table | None = None
    headers: Headers = field(default_factory=dict)
    workloads: Workloads


def read_own(folder: Path) -> OwnApp:
    """The application in a folder.

    Raises:
        UsageError: there is no ``lab.toml``, or with everything that is wrong in it.
    """
    path = folder / FILE
    if not path.is_file():
        raise UsageError(f"{folder}: no {FILE}; `lab init {folder}` writes one to begin with")
    table = read_toml(path)
    problems: list[str] = []
    told = _part(table, OwnTable, path, "", problems)
    build = _part(table.get("build", {}), BuildTable, path, "build", problems)
    beside = None
    if "companions" in table:
        beside = _part(table["companions"], CompanionsTable, path, "companions", problems)
    given = _with_headers(table.get("workloads"), told.headers if told else {})
    if isinstance(given, dict):
        try:
            workloads(path, given, "workloads.")
        except FileError as error:
            problems += error.problems
    problems += [f"{path}: {words}" for words in _together(table, folder, build)]
    if problems or told is None or build is None:
        raise UsageError(list(dict.fromkeys(problems)))
    return OwnApp(
        folder=folder,
        name=told.name,
        title=told.title or told.name,
        build=None
        if told.image
        else OwnBuild(
            context=build.context,
            dockerfile=build.dockerfile,
            target=build.target,
            args=build.args,
        ),
        image=told.image,
        port=told.port,
        command=told.command,
        environment=told.environment,
        writable=told.writable,
        ready_within_s=told.ready_within,
        compose=beside.compose if beside else "",
        companions=beside.services if beside else (),
        workloads=given,
    )


def filled_template(**words: str) -> str:
    """The text of a ``lab.toml`` to begin with; `words` take the places of their names in it."""
    text = Path(__file__).with_name(TEMPLATE).read_text()
    for name, value in words.items():
        text = text.replace(name, value)
    return text


def _with_headers(tables: Any, headers: Mapping[str, str]) -> Any:
    """The workloads, whose requests have these headers, too; what is no table stays as it is."""
    if not headers or not isinstance(tables, dict):
        return tables
    return {name: _asking(table, headers) for name, table in tables.items()}


def _asking(table: Any, headers: Mapping[str, str]) -> Any:
    """A workload or a kind of a mix with these headers, unless it has its own of the same name."""
    if not isinstance(table, dict):
        return table
    if isinstance(kinds := table.get("mix"), list):
        return {**table, "mix": [_asking(kind, headers) for kind in kinds]}
    own = table.get("headers", {})
    if not isinstance(own, dict):
        return table
    named = {name.lower() for name in own}
    added = {name: text for name, text in headers.items() if name.lower() not in named}
    return {**table, "headers": {**added, **own}}


def _part(table: object, kind: Any, path: Path, inside: str, problems: list[str]) -> Any:
    """A table as a value; None if it is wrong, which adds its problems."""
    try:
        return typed(table, kind, path, inside)
    except UsageError as error:
        problems += error.problems
        return None


def _together(table: dict[str, Any], folder: Path, build: BuildTable | None) -> list[str]:
    """What is wrong with keys that are right by themselves."""
    found = []
    if "image" in table and "build" in table:
        found.append("image and build: the image is built, or it is there; keep one of them")
    if table.get("name") in RESERVED:
        found.append(f"name = {table['name']!r}: the lab uses this name; give another")
    if build is not None and "image" not in table:
        dockerfile = folder / build.context / build.dockerfile
        if not dockerfile.is_file():
            found.append(
                f"[build] there is no {build.dockerfile} in {build.context}; name it by "
                "dockerfile, or give image, the name of an image that this machine has"
            )
    return found
