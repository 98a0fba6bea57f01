"""What this host can and cannot measure, and how to mend it."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import dataclass, replace

from orchestrator.adapters import host
from orchestrator.adapters.compose import Compose, wanted_nofile
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.adapters.variables import wrong_variables
from orchestrator.doubts.host import (
    NO_BUILDS,
    NOT_TRIED,
    RUNNING,
    of_base,
    of_cpus,
    of_files,
    of_kernel,
    of_memory_size,
    of_neighbours,
)
from orchestrator.doubts.kind import Doubt, Severity
from orchestrator.errors import LabError
from orchestrator.model.blocks import LOCUST_WORKER
from orchestrator.model.placement import Network
from orchestrator.placement import placed
from orchestrator.wiring.catalogue import ROOT, catalogue, names


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One examined thing: ``ok``, or as severe as the doubt about it."""

    text: str
    level: str = "ok"
    remedy: str = ""

    def as_dict(self) -> dict[str, str]:
        """For ``--json``."""
        return {"level": self.level, "text": self.text, "remedy": self.remedy}


def examine() -> list[Examined]:
    """Everything that can be told without measuring; never raises for a poor host."""
    found: list[Examined] = []
    for part in (_files, _compose, _engine):
        try:
            found += (_told(one) for one in part())
        except LabError as error:
            found.append(_bad(str(error)))
    return found


def _told(one: Examined | Doubt) -> Examined:
    if isinstance(one, Examined):
        return one
    said = one.before
    return Examined(level=one.kind.severity, text=said.text, remedy=said.remedy)


def _bad(problem: str) -> Examined:
    return Examined(level=Severity.BAD, text=problem)


def _files() -> Iterator[Examined]:
    known = catalogue()
    yield Examined(text=f"{len(known.manifests)} services declared")


def _compose() -> Iterator[Examined]:
    yield Examined(text=f"Docker Compose {Compose(ROOT).version()}")
    yield from map(_bad, wrong_variables(ROOT, names().workloads).values())
    Compose(ROOT).containers()


def _engine() -> Iterator[Examined | Doubt]:
    engine = DockerEngine(Compose(ROOT), "doctor")
    facts = engine.facts()
    yield Examined(text=f"Docker {facts.version} on {facts.os}, cgroup v{facts.cgroup_version}")
    yield from of_kernel(facts.kernel, platform.release())
    yield from _builds()
    yield from _cpus(facts.cpus)
    yield from of_memory_size(facts.memory_bytes)
    yield from _container(engine)
    yield from of_neighbours(engine.neighbours())
    if strangers := engine.strangers():
        yield RUNNING.seen(names=", ".join(strangers))


def _builds() -> Iterator[Examined | Doubt]:
    """Whether an image can be built here, by really building one."""
    if why := Compose(ROOT).why_no_build():
        yield NO_BUILDS.seen(why=why)
    else:
        yield Examined(text="Docker Compose builds images")


def _container(engine: DockerEngine) -> Iterator[Examined | Doubt]:
    """What a container gets here, by really starting one."""
    spec = replace(Compose(ROOT).containers()[LOCUST_WORKER], service="doctor")
    if not engine.images.has(spec.image):
        yield NOT_TRIED.seen()
        return
    yield from of_base(engine.images.image(spec.image).base)
    with engine.start(spec, command=["--version"]):
        pass
    yield from _or_well(
        of_files(spec.nofile, wanted_nofile(ROOT)), f"containers may open {spec.nofile:,} files"
    )


def _cpus(cpus: int) -> Iterator[Examined | Doubt]:
    here = placed(cpus, host.core_siblings(), Network.LOOPBACK).layout
    loads = ", ".join(map(str, here.load_cpus))
    yield from _or_well(of_cpus(here), f"server on CPU {here.server_cpu}, load on CPU {loads}")


def _or_well(doubts: Iterator[Doubt], text: str) -> Iterator[Examined | Doubt]:
    """The doubts, or where there is none, how it is."""
    found = list(doubts)
    yield from found or (Examined(text=text),)
