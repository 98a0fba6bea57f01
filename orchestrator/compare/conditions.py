"""What must be equal in two records that are compared, as text: host, layout, workloads. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orchestrator.model.comparable import ABOUT_WORKLOAD, PYTHON
from orchestrator.model.host import Host
from orchestrator.model.placement import Layout
from orchestrator.model.record import Endpoint
from orchestrator.model.together import Together

UNKNOWN = "unknown"
DIGITS = 12
"""Hexadecimal digits of a workload's digest that are compared: 48 bits."""

Named = Iterator[tuple[str, str]]
"""Pairs of a condition's name and its text."""


def of_host(host: Host) -> Named:
    """The machine: CPU, memory, and the limit of open files."""
    yield "CPU model", host.cpu_model or UNKNOWN
    yield "CPUs", str(host.cpus)
    yield "memory", f"{host.memory_bytes / 2**30:.1f} GiB"
    yield "open files for each container", f"{host.nofile:,}"


def of_layout(layout: Layout) -> Named:
    """Whether server and load share a CPU or a core, how many CPUs load, and the network."""
    yield "load on the server's CPU", yes_or_no(layout.shared)
    yield "load on the server's core (SMT)", yes_or_no(layout.smt_shared)
    yield "CPUs of the load", str(len(layout.load_cpus))
    yield "network", str(layout.network)


def of_python(python: str | None) -> Named:
    """The Python that was chosen for all services, if one was."""
    if python is not None:
        yield PYTHON, python


def of_workload(name: str, asked: Endpoint | None) -> Named:
    """A workload's request, with the digest of request and right answer.

    Args:
        asked: None for a run that is older than the contract in the record.
    """
    about = ABOUT_WORKLOAD + name
    if asked is None:
        yield about, UNKNOWN
    else:
        digest = (asked.digest or UNKNOWN)[:DIGITS]
        request = f"{asked.method} {asked.path}"
        yield about, f"{request}, {asked.body_bytes:,} bytes, digest {digest}"


def of_together(together: Iterable[Together]) -> Named:
    """Which services were measured at once: each one's cost depends on its neighbours in the CPU's
    caches.
    """
    for one in together:
        yield f"{ABOUT_WORKLOAD}{one.workload}, services at once", ", ".join(sorted(one.services))


def circumstances(host: Host) -> dict[str, str]:
    """What may differ, but is told: the system, the engine, and the lab."""
    return {
        "kernel": host.kernel,
        "OS": host.os,
        "Docker": host.docker_version,
        "Compose": host.compose_version,
        "lab": host.lab_version,
        "commit": host.lab_commit or UNKNOWN,
    }


def yes_or_no(answer: bool | None) -> str:
    """The answer as a word; None is unknown."""
    return UNKNOWN if answer is None else "yes" if answer else "no"
