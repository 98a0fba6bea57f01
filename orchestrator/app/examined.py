"""The results of ``lab doctor``, one for each thing that it checked. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from orchestrator.doubts.host import (
    NO_BUILDS,
    RUNNING,
    of_cpus,
    of_files,
    of_kernel,
)
from orchestrator.doubts.kind import Doubt, Severity
from orchestrator.model.placement import Layout
from orchestrator.world.engine import EngineFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One result; ``level`` is ``ok``, or the severity of the doubt."""

    text: str
    level: str = "ok"
    remedy: str = ""

    def as_dict(self) -> dict[str, str]:
        """For ``--json``."""
        return {"level": self.level, "text": self.text, "remedy": self.remedy}


def told(one: Examined | Doubt) -> Examined:
    """A doubt as a result, in its words for the time before a run."""
    if isinstance(one, Examined):
        return one
    said = one.before
    return Examined(level=one.kind.severity, text=said.text, remedy=said.remedy)


def bad(problem: str) -> Examined:
    """A problem that keeps the lab from measuring."""
    return Examined(text=problem, level=Severity.BAD)


def engine(facts: EngineFacts, kernel: str) -> Iterator[Examined | Doubt]:
    """The engine, and whether it runs on this host (``kernel``: this host's release)."""
    yield Examined(text=f"Docker {facts.version} on {facts.os}, cgroup v{facts.cgroup_version}")
    yield from of_kernel(facts.kernel, kernel)


def builds(why_not: str) -> Iterator[Examined | Doubt]:
    """Whether images can be built here; ``why_not`` is empty if they can."""
    if why_not:
        yield NO_BUILDS.seen(why=why_not)
    else:
        yield Examined(text="Docker Compose builds images")


def cpus(placed: Layout) -> Iterator[Examined | Doubt]:
    """Whether the server has a core of its own."""
    loads = ", ".join(map(str, placed.load_cpus))
    yield from _or_well(of_cpus(placed), f"server on CPU {placed.server_cpu}, load on CPU {loads}")


def files(nofile: int, wanted: int) -> Iterator[Examined | Doubt]:
    """Whether a container may open as many files as it should."""
    yield from _or_well(of_files(nofile, wanted), f"containers may open {nofile:,} files")


def running(strangers: Sequence[str]) -> Iterator[Doubt]:
    """The lab's own containers that are already running."""
    if strangers:
        yield RUNNING.seen(names=", ".join(strangers))


def _or_well(doubts: Iterator[Doubt], text: str) -> Iterator[Examined | Doubt]:
    """The doubts; if there are none, a result with ``text``."""
    found = list(doubts)
    yield from found or (Examined(text=text),)
