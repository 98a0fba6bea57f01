"""What this host can and cannot measure, and how to mend it."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import dataclass, replace

from orchestrator.adapters import host
from orchestrator.adapters.compose import LOCUST_WORKER, Compose, wanted_nofile
from orchestrator.adapters.docker_engine import OFFICIAL, DockerEngine
from orchestrator.adapters.variables import wrong_variables
from orchestrator.errors import LabError
from orchestrator.plan import layout
from orchestrator.wiring.catalogue import ROOT, catalogue, names

GIB = 2**30
# A server and a worker of 1 GiB each, the master, the engine, and what is sold as 4 GB.
WANTED_MEMORY = 3.5 * GIB


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
    yield Finding(level="ok", text=f"Docker Compose {Compose(ROOT).version()}")
    for problem in wrong_variables(ROOT, names().workloads).values():
        yield Finding(level="bad", text=problem)
    Compose(ROOT).containers()


def _builds() -> Iterator[Finding]:
    """Whether an image can be built here, by really building one."""
    if why := Compose(ROOT).why_no_build():
        yield Finding(
            level="bad",
            text=f"Docker Compose builds no image: {why}",
            remedy="`make engine` mends it where it can, or says what to install",
        )
    else:
        yield Finding(level="ok", text="Docker Compose builds images")


def _engine() -> Iterator[Finding]:
    engine = DockerEngine(Compose(ROOT), "doctor")
    facts = engine.facts()
    yield Finding(
        level="ok", text=f"Docker {facts.version} on {facts.os}, cgroup v{facts.cgroup_version}"
    )
    if facts.kernel != platform.release():
        yield Finding(
            level="warn",
            text=f"the engine's kernel is {facts.kernel}, this host's {platform.release()}: a "
            "record would name this host's CPU and memory, not those of the engine's machine",
            remedy="run the lab on the machine of the engine",
        )
    yield from _builds()
    yield from _cpus(facts.cpus)
    if facts.memory_bytes < WANTED_MEMORY:
        yield Finding(
            level="warn",
            text=f"{facts.memory_bytes / GIB:.1f} GiB of memory: server and load may not fit",
            remedy="use a host with 4 GB or more, or the profile nanode, which needs 1 GB",
        )
    yield from _container(engine)
    if neighbours := engine.neighbours():
        yield Finding(
            level="warn",
            text=f"other containers run on this engine: {', '.join(neighbours)}",
            remedy="stop them while you measure",
        )
    if strangers := engine.strangers():
        yield Finding(
            level="bad",
            text=f"running already: {', '.join(strangers)}",
            remedy="docker compose down",
        )


def _container(engine: DockerEngine) -> Iterator[Finding]:
    """What a container gets here, by really starting one."""
    spec = replace(Compose(ROOT).containers()[LOCUST_WORKER], service="doctor")
    if not engine.has(spec.image):
        yield Finding(
            level="warn",
            text="no images yet, so what a container gets here has not been tried",
            remedy="make images",
        )
        return
    base = engine.image(spec.image).base
    if base != OFFICIAL:
        yield Finding(
            level="warn",
            text=f"the base images are not the official ones: {base}",
            remedy="run where a registry can be reached",
        )
    with engine.start(spec, command=["--version"]):
        pass
    wanted = wanted_nofile(ROOT)
    if spec.nofile < wanted:
        yield Finding(
            level="warn",
            text=f"containers may open {spec.nofile:,} files (.env), not {wanted:,}",
            remedy="raise the engine's hard limit (LimitNOFILE of dockerd), then `make images`",
        )
    else:
        yield Finding(level="ok", text=f"containers may open {spec.nofile:,} files")


def _cpus(cpus: int) -> Iterator[Finding]:
    placed = layout(cpus, host.core_siblings(), "loopback")
    loads = ", ".join(map(str, placed.load_cpus))
    if placed.shared:
        yield Finding(
            level="warn",
            text="one CPU: server and load share it, and rates are about the two together",
            remedy="use a host with two CPUs or more, or the profile nanode, which ranks by what "
            "stays true with one",
        )
    elif placed.smt_shared:
        yield Finding(
            level="warn",
            text=f"the server's CPU {placed.server_cpu} shares its core with the load's ({loads})",
            remedy="use a host with two physical cores",
        )
    else:
        yield Finding(level="ok", text=f"server on CPU {placed.server_cpu}, load on CPU {loads}")
