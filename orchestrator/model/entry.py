"""What the lab knows about a framework before anything runs: its manifest and its container."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from labwire.expectation import Expectation
from orchestrator.words import Address, Line, Name, Title

PORT = 8000
"""The port on which every service of the lab listens."""
READY_WITHIN_S = 30.0
"""Seconds from the start of every service of the lab until its first right answer, at most."""

OWN_SERVER = "own"
"""`Manifest.server` of a framework that has a server of its own."""


class Interface(StrEnum):
    """What stands between server and application."""

    WSGI = "WSGI"
    ASGI = "ASGI"
    OWN = "own"


class ServiceSet(StrEnum):
    """Services that are measured together; ``services/README.md`` says what each is for."""

    OF_2019 = "2019"
    PRODUCTION = "production"
    TODAY = "today"
    BASE = "base"
    ORM = "orm"


Id = Annotated[Name, Meta(description="lower-case letters, digits and hyphens, a letter first")]
Folder = Annotated[str, Meta(description="a folder below services/")]
Words = Annotated[Title, Meta(description="one line of 1 to 100 printable characters")]
EventLoop = Annotated[
    Line,
    Meta(
        description='one line of at most 100 characters, or "" where there is no event loop',
        extra={"holds": lambda text: len(text) <= 100},
    ),
]
Sets = Annotated[
    tuple[ServiceSet, ...],
    Meta(
        description=f"a list of {', '.join(ServiceSet)}; each once",
        extra={"holds": lambda sets: len(set(sets)) == len(sets)},
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
Uses = Annotated[
    dict[Name, Words],
    Meta(max_length=100, description="a table: workload -> what answers it, in a line"),
]
NotOffered = Annotated[
    dict[Name, Note],
    Meta(max_length=100, description="a table: workload -> why the service does not offer it"),
]
Notes = Annotated[tuple[Note, ...], Meta(max_length=30, description="a list of at most 30 lines")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A ``service.toml``: the facts and notes about one framework and one way to serve it.

    ``folder``: where the file lies, below ``services/``: ``flask``, or ``flask/gunicorn`` for
    another way to serve the same application. ``sets``: the sets that the service is in.
    ``http_parser``: what reads the requests: a package, a module of the standard library, or
    ``own``. ``deployment``: the page of the documentation that says to serve it so. ``source``: the
    repository of its source code; `lab perks --refresh` reads its stars. ``unsaid``: nothing is
    known of how it is served, as of somebody's own application: the rest about it means nothing,
    and nothing is compared with it. ``uses``: workload -> what the application answers it with,
    such as a template engine. ``not_offered``: workload -> why the application does not answer it.
    """

    id: Id
    folder: Folder
    name: Words
    sets: Sets
    server: Words
    interface: Annotated[Interface, Meta(description="WSGI, ASGI or own")]
    workers: Count
    threads: Words
    keep_alive: Truth
    backlog: Backlog
    event_loop: EventLoop
    http_parser: Words
    packages: Packages
    deployment: Link
    homepage: Link
    source: Link
    notes: Notes
    unsaid: Truth = False
    uses: Uses = field(default_factory=dict)
    not_offered: NotOffered = field(default_factory=dict)

    @property
    def framework(self) -> str:
        """The folder of its application, below ``services/``; services may share it."""
        return framework_of(self.folder)

    def why_not(self, expected: Expectation) -> str | None:
        """Why it does not answer this workload; None if it does."""
        if expected.only is not None and expected.only not in self.sets:
            return f"only services of the set {expected.only} answer it"
        return self.not_offered.get(expected.workload)


def framework_of(folder: str) -> str:
    """The folder of the application, for a service's folder: ``flask/gunicorn`` -> ``flask``."""
    return folder.partition("/")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSpec:
    """One service of ``docker-compose.yml``, resolved: how its container runs.

    ``base_image``: the image that the build starts from (the build argument ``BASE``);
    ``build_context``: the folder (absolute); ``dockerfile``: relative to that folder;
    ``build_more``: all other build settings (JSON) except the network. All four are empty if the
    image is not built here.
    ``memory_bytes`` equals ``memory_swap_bytes`` if swap is forbidden; ``cpus`` is the quota in
    CPUs; ``cpuset`` is in the kernel's list format (``"0"``, ``"1,3"``); ``pids_limit`` counts
    processes and threads.
    ``companions``: the services that must be healthy before this one starts. ``healthcheck``: a
    companion's command that succeeds once it is healthy; empty in all others. ``hosts``: names that
    mean this container's own loopback, for everything that shares its network. ``environment``:
    variables that the block and the lab add to those of the image.
    ``port``: on which a server listens. ``ready_within_s``: seconds from its start until its first
    right answer, at most.
    ``entrypoint``: what an experiment puts before the command, in place of the image's own; None:
    the image's own.
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
    companions: tuple[str, ...] = ()
    healthcheck: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    entrypoint: tuple[str, ...] | None = None
    port: int = PORT
    ready_within_s: float = READY_WITHIN_S

    @property
    def cpu_numbers(self) -> frozenset[int]:
        """The CPUs of ``cpuset``."""
        found: set[int] = set()
        for part in self.cpuset.split(","):
            first, _, last = part.partition("-")
            found.update(range(int(first), int(last or first) + 1))
        return frozenset(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One framework that can be measured: its manifest and its container.

    ``companions``: the containers that its service needs, in the order in which they start.
    """

    manifest: Manifest
    container: ContainerSpec
    companions: tuple[ContainerSpec, ...] = ()

    @property
    def images(self) -> tuple[str, ...]:
        """The services of the compose file whose images it needs, its own first."""
        return (self.manifest.id, *(companion.service for companion in self.companions))
