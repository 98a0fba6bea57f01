"""What ``lab judge`` finds out about a change, as values. Pure."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from orchestrator.changed import is_work
from orchestrator.errors import LabError
from orchestrator.experiments.ab.answer import found
from orchestrator.experiments.ab.record import ABRecord
from orchestrator.experiments.ab.words import brief
from orchestrator.stats.answer import Answer
from orchestrator.words import Moment, Name, RunId

JUDGEMENT_SCHEMA = 1
NOT_REACHED = "not judged: the judgement ended before its turn"


class State(StrEnum):
    """What became of one line of a judgement."""

    WAITING = "waiting"
    """Not judged, or not yet; the text says why."""
    COMPARED = "compared"
    """Base and head were compared; a record has the comparison."""
    VERIFIED = "verified"
    """There was nothing to compare with; the service keeps the contract."""
    REMOVED = "removed"
    """The change removes the service."""
    FAILED = "failed"
    """It could not be measured, or does not keep the contract."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One line: a service, and the workload with which it was compared.

    ``workload``: None if there is nothing to compare. ``text``: the finding in words. ``record``:
    the folder of the comparison. ``answer``, ``ratio``, ``low``, ``high``: as in the comparison
    (head / base). ``above``: certainly slower by more than is tolerated.
    """

    service: str
    workload: str | None = None
    state: State = State.WAITING
    text: str = NOT_REACHED
    record: RunId | None = None
    answer: Answer | None = None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    above: bool = False

    @property
    def name(self) -> str:
        """``flask, json``; only ``flask`` if there is nothing to compare."""
        return self.service if self.workload is None else f"{self.service}, {self.workload}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line asks for.

    ``services``: only these of the touched ones; empty means all of them. ``fail_above``: the
    tolerated slow-down, as a share. ``budget_s``: the most seconds of measuring for one comparison.
    ``within_s``: no comparison begins later than this.
    """

    since: str
    services: tuple[Name, ...]
    workloads: tuple[Name, ...]
    fail_above: float
    budget_s: float
    within_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """All lines, and what no line can show; times are UTC, ISO 8601.

    ``commit``: the base. ``shared``: changed files that base and head have in common here, such as
    those of the load. ``untold``: services that only such files touch.
    """

    schema: int
    run_id: RunId
    started_at: Moment
    finished_at: Moment | None = None
    command: str
    asked: Asked
    commit: str
    lines: tuple[Judged, ...]
    shared: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()
    interrupted: bool = False

    @property
    def slower(self) -> tuple[Judged, ...]:
        """Lines that are certainly slower by more than is tolerated."""
        return tuple(line for line in self.lines if line.above)

    @property
    def unmeasured(self) -> tuple[Judged, ...]:
        """Lines without an answer: failed, or not reached."""
        return tuple(line for line in self.lines if line.state in (State.FAILED, State.WAITING))

    def with_line(self, number: int, line: Judged) -> Judgement:
        """The judgement with another line at this place."""
        return replace(self, lines=(*self.lines[:number], line, *self.lines[number + 1 :]))


def lines(
    own: Mapping[str, Sequence[str]], removed: Sequence[str], alone: Container[str]
) -> tuple[Judged, ...]:
    """The lines before anything is judged.

    Args:
        own: each service whose own files changed, and by which workloads it is judged.
        removed: the services that only the base has.
        alone: the services that cannot be compared.
    """
    there = [
        Judged(service=name, workload=workload)
        for name, workloads in own.items()
        for workload in ((None,) if name in alone else workloads)
    ]
    gone = [
        Judged(service=name, state=State.REMOVED, text="removed by the change") for name in removed
    ]
    return (*there, *gone)


def of_its_own(
    touching: Mapping[str, Sequence[str]], frameworks: Mapping[str, str]
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """The services whose own folder changed, each with the changed paths in it; the other paths.

    A comparison builds the folder of a service's framework twice, as it was and as it is, and takes
    everything else from the checkout. So the other paths are the same on both sides.

    Args:
        touching: service -> the changed paths that touch it.
        frameworks: service -> the folder of its framework, below ``services/``.
    """

    def in_folder(path: str, name: str) -> bool:
        return path.startswith(f"services/{frameworks[name]}/")

    own = {
        name: tuple(path for path in paths if in_folder(path, name))
        for name, paths in touching.items()
    }
    others = {
        path for name, paths in touching.items() for path in paths if not in_folder(path, name)
    }
    return {name: paths for name, paths in own.items() if paths}, tuple(sorted(others))


def affected(
    paths: Sequence[str], asked: Sequence[str], on_request: Sequence[str]
) -> tuple[str, ...]:
    """The workloads that tell what a change of these files does to a service.

    The images for all others have none of the files in ``work/``. So if nothing else changed, these
    workloads would compare equal images.

    Args:
        paths: the service's own files that changed.
        asked: the workloads that are asked for.
        on_request: those that the service offers on request.
    """
    if not all(map(is_work, paths)):
        return tuple(asked)
    return tuple(name for name in asked if name in on_request) or tuple(on_request or asked)


def compared(line: Judged, record: ABRecord) -> Judged:
    """The line with what a comparison found."""
    known = found(record)
    state = State.FAILED if record.failure or known is None else State.COMPARED
    made = replace(line, state=state, text=brief(record), record=record.run_id)
    if known is None or state is State.FAILED:
        return made
    return replace(
        made,
        answer=known.answer,
        ratio=known.cost.ratio,
        low=known.cost.low,
        high=known.cost.high,
        above=known.above,
    )


def verified(line: Judged, why: str, problems: Sequence[str]) -> Judged:
    """The line of a service that has no base to compare with.

    Args:
        why: why it has none, in words.
        problems: what breaks the contract; empty if nothing does.
    """
    if problems:
        said = "; ".join(problems)
        return replace(line, state=State.FAILED, text=f"{why}; it breaks the contract: {said}")
    return replace(line, state=State.VERIFIED, text=f"{why}; it keeps the contract")


def failed(line: Judged, error: LabError) -> Judged:
    """The line of a service that could not be judged."""
    return replace(line, state=State.FAILED, text=f"not compared: {error}")
