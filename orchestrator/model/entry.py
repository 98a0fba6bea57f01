"""What the lab knows of a framework before anything runs: its manifest and its container."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta

from orchestrator.words import Address, Line, Name, Title

Id = Annotated[Name, Meta(description="lower-case letters, digits and hyphens, a letter first")]
Words = Annotated[Title, Meta(description="one line of 1 to 100 printable characters")]
EventLoop = Annotated[
    Line,
    Meta(
        description='one line of at most 100 characters, or "" where there is no event loop',
        extra={"holds": lambda text: len(text) <= 100},
    ),
]
Note = Annotated[
    Line,
    Meta(
        min_length=1,
        description="one line of 1 to 1,000 printable characters",
        extra={"holds": lambda text: len(text) <= 1_000},
    ),
]
Interface = Annotated[Literal["WSGI", "ASGI", "own"], Meta(description="WSGI, ASGI or own")]
Count = Annotated[int, Meta(ge=1, le=1024, description="a whole number from 1 to 1,024")]
Backlog = Annotated[int, Meta(ge=1, le=65_535, description="a whole number from 1 to 65,535")]
Truth = Annotated[bool, Meta(description="true or false")]
Link = Annotated[Address, Meta(description="an address that begins with https:// or http://")]
Package = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$(?!\n)",
        max_length=100,
        description="the name of a distribution: letters, digits, and . _ - between them",
    ),
]
Packages = Annotated[
    tuple[Package, ...],
    Meta(min_length=1, max_length=30, description="a list of 1 to 30 distributions"),
]
Notes = Annotated[tuple[Note, ...], Meta(max_length=30, description="a list of at most 30 lines")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """``services/<id>/service.toml``: the facts and notes about one entry.

    ``source``: where its source code is, whose stars `lab perks --refresh` reads.
    """

    id: Id
    name: Words
    server: Words
    interface: Interface
    workers: Count
    threads: Words
    keep_alive: Truth
    backlog: Backlog
    event_loop: EventLoop
    packages: Packages
    homepage: Link
    source: Link
    notes: Notes


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSpec:
    """One service of ``docker-compose.yml``, resolved: how its container runs.

    ``base_image`` is what its image is built from (the build argument ``BASE``), ``build_context``
    the folder (absolute), ``dockerfile`` relative to that, ``build_more`` all else that the build
    is told (JSON), but its network; all empty where it is not built.
    ``memory_bytes`` equals ``memory_swap_bytes`` where swap is forbidden; ``cpus`` is the quota in
    CPUs; ``cpuset`` is the kernel's list format (``"0"``, ``"1,3"``); ``pids_limit`` counts
    processes and their threads.
    """

    service: str
    image: str
    base_image: str
    command: tuple[str, ...] | None
    cpus: float
    cpuset: str
    memory_bytes: int
    memory_swap_bytes: int
    nofile: int
    user: str
    pids_limit: int
    read_only: bool
    tmpfs: tuple[str, ...]
    cap_drop: tuple[str, ...]
    security_opt: tuple[str, ...]
    init: bool
    cap_add: tuple[str, ...] = ()
    sysctls: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    log_driver: str = "json-file"
    log_options: dict[str, str] = field(default_factory=dict)
    build_context: str = ""
    dockerfile: str = ""
    build_more: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One framework that can be measured: its manifest beside its container."""

    manifest: Manifest
    container: ContainerSpec
