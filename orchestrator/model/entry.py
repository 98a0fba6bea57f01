"""What the lab knows of a framework before anything runs: its manifest and its container."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What one endpoint must answer (``services/contract.toml``)."""

    workload: str
    path: str
    status: int
    content_type: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """``services/<id>/service.toml``: the facts and notes about one entry.

    ``source``: where its source code is, whose stars `lab perks --refresh` reads.
    """

    id: str
    name: str
    server: str
    interface: str
    workers: int
    threads: str
    keep_alive: bool
    backlog: int
    event_loop: str
    packages: tuple[str, ...]
    homepage: str
    source: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSpec:
    """One service of ``docker-compose.yml``, resolved: how its container runs.

    ``base_image`` is what its image is built from (the build argument ``BASE``), ``build_context``
    the folder (absolute), ``dockerfile`` relative to that, ``build_more`` all else that the build
    is told (JSON), but its network; all empty where it is not built.
    ``memory_bytes`` equals ``memory_swap_bytes`` where swap is forbidden; ``cpus`` is the quota in
    CPUs; ``cpuset`` is the kernel's list format (``"0"``, ``"1,3"``).
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
