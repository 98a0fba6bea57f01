"""What this host can and cannot measure, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.adapters import host
from orchestrator.adapters.compose import LOCUST_WORKER, Compose
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.checks import WANTED_NOFILE
from orchestrator.errors import LabError
from orchestrator.plan import layout
from orchestrator.wiring.catalogue import ROOT, catalogue

# The lab's images and their base images take about 2 GB of memory-backed work at the most; a
# container has 1 GiB, and so has each Locust worker.
GIB = 2**30


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One examined thing: ``ok``, ``warn`` (numbers carry a caveat) or ``bad`` (nothing runs)."""

    level: str
    text: str
    remedy: str = ""

    def as_dict(self) -> dict[str, str]:
        """For ``--json``."""
        return {"level": self.level, "text": self.text, "remedy": self.remedy}


def examine() -> list[Finding]:
    """Everything that can be told without measuring; never raises for a poor host."""
    findings: list[Finding] = []
    for part in (_files, _compose, _engine):
        try:
            findings += part()
        except LabError as error:
            findings.append(Finding(level="bad", text=str(error)))
    return findings


def _files() -> Iterator[Finding]:
    known = catalogue()
    yield Finding(level="ok", text=f"{len(known.manifests)} services declared")


def _compose() -> Iterator[Finding]:
    compose = Compose(ROOT)
    yield Finding(level="ok", text=f"Docker Compose {compose.version()}")
    nofile = compose.containers()[LOCUST_WORKER].nofile
    if nofile < WANTED_NOFILE:
        yield Finding(
            level="warn",
            text=f"containers may open {nofile:,} files (.env), not {WANTED_NOFILE:,}",
            remedy="raise the engine's hard limit (LimitNOFILE of dockerd), then `make images`",
        )
    else:
        yield Finding(level="ok", text=f"containers may open {nofile:,} files")


def _engine() -> Iterator[Finding]:
    engine = DockerEngine(Compose(ROOT), "doctor")
    facts = engine.facts()
    yield Finding(
        level="ok", text=f"Docker {facts.version} on {facts.os}, cgroup v{facts.cgroup_version}"
    )
    yield from _cpus(facts.cpus)
    if facts.memory_bytes < 2 * GIB:
        yield Finding(
            level="warn",
            text=f"{facts.memory_bytes / GIB:.1f} GiB of memory: server and load may not fit",
            remedy="use a host with 2 GiB or more",
        )
    if strangers := engine.strangers():
        yield Finding(
            level="bad",
            text=f"running already: {', '.join(strangers)}",
            remedy="docker compose down",
        )


def _cpus(cpus: int) -> Iterator[Finding]:
    placed = layout(cpus, host.core_siblings(), "loopback")
    loads = ", ".join(map(str, placed.load_cpus))
    if placed.shared:
        yield Finding(
            level="warn",
            text="one CPU: server and load share it, and rates are about the two together",
            remedy="use a host with two CPUs or more",
        )
    elif placed.smt_shared:
        yield Finding(
            level="warn",
            text=f"the server's CPU {placed.server_cpu} shares its core with the load's ({loads})",
            remedy="use a host with two physical cores",
        )
    else:
        yield Finding(level="ok", text=f"server on CPU {placed.server_cpu}, load on CPU {loads}")
