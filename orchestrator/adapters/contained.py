"""What a container's block in ``docker-compose.yml`` may and must have (see SECURITY.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from msgspec import Meta

from labwire.values import HOLDS, shown, typed
from orchestrator.words import told

ROLE = "weblab.role"
PORT_LABEL, READY_LABEL = "weblab.port", "weblab.ready"
"""Labels with the port on which a server listens, if not the usual one, and with the seconds from
its start until its first right answer."""
SERVER, COMPANION = "server", "companion"
"""The roles of a framework, and of a service that a framework needs."""

# Keys that would break what the lab promises about its containers, each with the reason.
DANGEROUS = {
    "privileged": "it gives all rights over the host",
    "devices": "it gives devices of the host",
    "device_cgroup_rules": "it gives devices of the host",
    "gpus": "it gives devices of the host",
    "pid": "it gives the processes of others",
    "ipc": "it gives the shared memory of others",
    "uts": "it gives the host's name",
    "userns_mode": "it gives the host's users",
    "cgroup": "it gives the cgroups of others",
    "cgroup_parent": "it takes the container out of its limits",
    "volumes": "it gives files of the host",
    "volumes_from": "it gives files of others",
    "use_api_socket": "it gives the engine itself",
    "runtime": "it replaces what isolates the container",
    "group_add": "it gives groups beyond the container's own",
    "oom_kill_disable": "it takes away the limit of memory",
}
LOOPBACK = ("127.0.0.1", "::1")
# Rights that a build may not have, as docker-compose.yml calls them.
BUILD_RIGHTS = {"privileged", "entitlements", "ssh", "secrets"}

Image = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._/:@-]*$(?!\n)",
        max_length=255,
        description="the name of an image",
    ),
]
Cpus = Annotated[float, Meta(gt=0, le=1024, description="a number above 0, up to 1,024")]
CpuSet = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,4}(-[0-9]{1,4})?(,[0-9]{1,4}(-[0-9]{1,4})?)*$(?!\n)",
        description="numbers of CPUs, such as 0 or 1,3 or 0-2",
    ),
]
Memory = Annotated[
    int, Meta(ge=2**24, le=2**50, description="a size from 16m to 1024t, and no more by swap")
]
Pids = Annotated[
    int, Meta(ge=64, le=2**22, description="a number of processes and threads from 64 to 4,194,304")
]
Files = Annotated[int, Meta(ge=256, le=2**30)]
Limits = Annotated[
    dict[Literal["nofile"], Files],
    Meta(
        min_length=1,
        description="nofile alone, one number from 256 to 1,073,741,824 (LAB_NOFILE)",
    ),
]
User = Annotated[
    str,
    Meta(
        pattern=r"^[1-9][0-9]{0,9}:[1-9][0-9]{0,9}$(?!\n)",
        description="a user and a group by number, such as 10001:10001, and not root",
    ),
]
Yes = Annotated[bool, Meta(description="true", extra={HOLDS: bool})]
AllDropped = Annotated[tuple[Literal["ALL"]], Meta(description="[ALL]")]
NoneAdded = Annotated[tuple[()], Meta(description="none, or leave it out")]
NoNewRights = Annotated[
    tuple[Literal["no-new-privileges:true"]], Meta(description='["no-new-privileges:true"]')
]
Labels = Annotated[
    dict[str, str],
    Meta(
        description=f"a label {ROLE}, by which the lab knows its own containers",
        extra={HOLDS: lambda labels: bool(labels.get(ROLE))},
    ),
]
Environment = Annotated[
    dict[str, str | None], Meta(description="a table of variables, each with a text")
]
Build = Annotated[
    dict[str, Any],
    Meta(
        description=f"a build without {', '.join(sorted(BUILD_RIGHTS))}",
        extra={HOLDS: BUILD_RIGHTS.isdisjoint},
    ),
]
Ports = Annotated[
    tuple[dict[str, Any], ...],
    Meta(
        description="ports of this host alone, such as 127.0.0.1:8089:8089",
        extra={HOLDS: lambda ports: all(port.get("host_ip") in LOOPBACK for port in ports)},
    ),
]
NoEntrypoint = Annotated[None, Meta(description="none: the orchestrator starts the image's own")]
Healthcheck = Annotated[
    dict[str, Any],
    Meta(
        description='a healthcheck with a command, such as test: ["CMD", "pg_isready"]',
        extra={HOLDS: lambda check: bool(health_command(check))},
    ),
]
OwnSysctls = Annotated[
    dict[str, str],
    Meta(
        description="none of net.*: in a run a companion shares its service's network namespace, "
        "and the service sets these",
        extra={HOLDS: lambda found: not any(name.startswith("net.") for name in found)},
    ),
]
NoNetwork = Annotated[Literal["none"], Meta(description="none, or leave it out")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contained:
    """A block as ``docker compose config --format json`` prints it, as the lab allows it.

    Only ``docker compose`` uses ``entrypoint``, ``network_mode``, ``networks``, ``ports``,
    ``profiles`` and ``restart``; the orchestrator checks them, and then ignores them.
    """

    image: Image
    cpus: Cpus
    cpuset: CpuSet
    mem_limit: Memory
    memswap_limit: Memory
    pids_limit: Pids
    ulimits: Limits
    user: User
    read_only: Yes
    cap_drop: AllDropped
    security_opt: NoNewRights
    labels: Labels
    cap_add: NoneAdded | None = None
    command: tuple[str, ...] | None = None
    environment: Environment = field(default_factory=dict)
    tmpfs: tuple[str, ...] = ()
    init: bool = False
    sysctls: dict[str, str] = field(default_factory=dict)
    logging: dict[str, Any] = field(default_factory=dict)
    entrypoint: NoEntrypoint = None
    network_mode: NoNetwork = "none"
    build: Build | None = None
    depends_on: Any = None
    networks: Any = None
    ports: Ports = ()
    profiles: Any = None
    restart: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnEntrypoint(Contained):
    """A block that only Compose starts, before the others."""

    entrypoint: tuple[str, ...] | None = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketCounter(Contained):
    """Counts a server's packets: root with one capability, without a network of its own."""

    user: Annotated[Literal["0:0"], Meta(description="0:0")]
    cap_add: Annotated[tuple[Literal["NET_ADMIN"]], Meta(description="[NET_ADMIN]")]  # type: ignore[assignment]
    network_mode: Annotated[Literal["none"], Meta(description="none")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion(Contained):
    """A service that a framework needs, such as a database; a healthcheck says when it is ready."""

    healthcheck: Healthcheck
    sysctls: OwnSysctls = field(default_factory=dict)


def health_command(check: Mapping[str, Any]) -> tuple[str, ...]:
    """The command of a healthcheck as its container can run it; empty if there is none."""
    test = check.get("test")
    if not isinstance(test, list | tuple) or not all(isinstance(word, str) for word in test):
        return ()
    match list(test):
        case ["CMD", *words] if words:
            return tuple(words)
        case ["CMD-SHELL", text] if text:
            return ("/bin/sh", "-c", text)
    return ()


def contained(
    service: Mapping[str, Any], kind: type[Contained]
) -> tuple[Contained | None, list[str]]:
    """A block as a value, or every problem with it in words."""
    table = _plain(service)
    found, problems = typed(table, kind, _unknown, told)
    wrong = [text for _, text in problems]
    limit, swap = table.get("mem_limit"), table.get("memswap_limit")
    sizes = {"mem_limit", "memswap_limit"}
    if limit != swap and sizes <= set(table) and sizes.isdisjoint(key for key, _ in problems):
        wrong.append(
            f"memswap_limit = {swap}: give the value of mem_limit ({limit}): containers get no swap"
        )
    return (None if wrong else found), wrong


def _plain(service: Mapping[str, Any]) -> dict[str, Any]:
    """Sizes as numbers (Compose prints text), and one number for equal soft and hard limits."""
    plain = dict(service)
    for key in ("mem_limit", "memswap_limit"):
        text = plain.get(key)
        if isinstance(text, str) and text.removeprefix("-").isdecimal():
            plain[key] = int(text)
    limits = plain.get("ulimits")
    if isinstance(limits, dict):
        plain["ulimits"] = {name: _one_number(limit) for name, limit in limits.items()}
    return plain


def _one_number(limit: Any) -> Any:
    if isinstance(limit, dict) and limit.keys() == {"soft", "hard"}:
        return limit["hard"] if limit["hard"] == limit["soft"] else limit
    return limit


def _unknown(key: str, value: Any) -> str:
    if key in DANGEROUS:
        return f"{key} = {shown(value)}: {DANGEROUS[key]}, which the lab refuses; take it out"
    return (
        f"{key} = {shown(value)}: the orchestrator would not pass it on; take it out, or add it to "
        "orchestrator/adapters/contained.py"
    )
