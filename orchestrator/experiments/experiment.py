"""What an experiment is: a way to measure services, from the command line to its tables.

The command line, the loop that measures and saves, the page of all runs and the audit know
experiments by this interface alone. What they all share is done once, in `app/experiment.py`:
checks before anything starts, the lock, placement, images, the network, saving after each step,
interrupts, and what happens on the host meanwhile.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from orchestrator.bench.bench import Bench
from orchestrator.model.catalogue import Catalogue, Names
from orchestrator.model.entry import ContainerSpec
from orchestrator.model.finding import Finding
from orchestrator.model.host import Host, WholeMemory
from orchestrator.model.outlook import Outlook
from orchestrator.model.placement import Network, Placement
from orchestrator.model.published import Published
from orchestrator.model.settings import Loading, PlannedTrial
from orchestrator.report.page import Links
from orchestrator.report.table import Table


class ChosenSettings(Protocol):
    """What a person chose."""

    @property
    def network(self) -> Network:
        """Over which network the load comes."""


class AnyPlan(Protocol):
    """A plan: what is measured, and how it is loaded."""

    @property
    def loading(self) -> Loading:
        """The load."""

    @property
    def trials(self) -> tuple[PlannedTrial, ...]:
        """Each service and workload, in order."""


class AnyRecord(Protocol):
    """A record: a frozen dataclass with at least these fields."""

    @property
    def run_id(self) -> str:
        """Its name."""

    @property
    def finished_at(self) -> str | None:
        """When it ended; None while it goes on."""

    @property
    def interrupted(self) -> bool:
        """Whether a person ended it."""


S = TypeVar("S", bound=ChosenSettings)
P = TypeVar("P", bound=AnyPlan)
R = TypeVar("R", bound=AnyRecord)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Who gets which CPU, and every container of the compose file placed accordingly."""

    placement: Placement
    containers: Mapping[str, ContainerSpec]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known as a run begins; ``started_at``: UTC, ISO 8601."""

    run_id: str
    started_at: str
    command: str
    host: Host


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSeen:
    """What happened on the host since the measuring began.

    ``steal``: share of all CPU time that a hypervisor took. ``neighbours``: containers of others.
    ``wanted_nofile``: open files that each container should have.
    """

    steal: float | None
    memory: WholeMemory | None
    neighbours: tuple[str, ...]
    wanted_nofile: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a report may show beside its record: published tables, findings of the audit, links."""

    published: Published
    findings: Sequence[Finding]
    links: Links


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved(Generic[R]):
    """How a record is kept.

    ``file``: its name in the run's folder. ``prefix``: of the folder's name. ``raw``: whether there
    are raw files and their digests. ``files``: the files that are replaced after each step.
    ``read``: the record's own file as a record; it raises `UsageError` that names ``where``.
    """

    file: str
    prefix: str
    raw: bool
    files: Callable[[R], dict[str, bytes]]
    read: Callable[[bytes, str], R]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown(Generic[R]):
    """What people see of a record.

    ``page``: the file of the run's folder that opens. ``title``: what stands above such runs on the
    page of all runs. ``tables``: what is printed; ``tables_alone``: on stdout there is nothing
    else. ``files``: all that is derived from the record at the end, for the folder ``report/``.
    """

    page: str
    title: str
    tables: Callable[[R], Sequence[Table]]
    tables_alone: bool = False
    files: Callable[[R, Surroundings], dict[str, str]] = field(default=lambda _record, _around: {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Resuming(Generic[R]):
    """How a run that was interrupted goes on.

    ``asked``: which run the command line names; None for a new one. ``settings`` are then those of
    its record. ``complete``: whether nothing is left to do. ``kept``: what an interrupt leaves, in
    words.
    """

    asked: Callable[[argparse.Namespace], str | None]
    settings: Callable[[R], object]
    complete: Callable[[R], bool]
    kept: Callable[[R], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment(Generic[S, P, R]):
    """One member of the family.

    ``name``: its command. ``text``: what it is, in a line. ``tools``: compose services that it
    needs beside those that it measures.

    ``options`` adds its own words to the command line, and ``settings`` reads them. ``problems``:
    all that is wrong with settings, in words, before anything starts. ``plan`` makes of them what
    will be done; the earlier record is that of a run to be resumed (`UsageError` if it cannot be).
    ``blank``: the record before anything is measured. ``left``: what it does not hold yet.
    ``outlook``: what a person is told as it begins.
    ``run`` measures, and yields the record whenever more is known, to be saved. ``watched``: the
    record with what happened on the host, and the doubts that follow.
    ``findings``: what the audit finds in a record. ``all_well``: whether every row is measured.
    """

    name: str
    text: str
    tools: tuple[str, ...]
    options: Callable[[argparse.ArgumentParser], None]
    settings: Callable[[argparse.Namespace, Names], S]
    problems: Callable[[S, Names], list[str]]
    plan: Callable[[S, Catalogue, Placed, R | None], P]
    blank: Callable[[P, Facts], R]
    left: Callable[[P, R], tuple[PlannedTrial, ...]]
    outlook: Callable[[P, R], Outlook]
    run: Callable[[P, R, Bench], Generator[R, None, None]]
    watched: Callable[[R, R | None, HostSeen], R]
    saved: Saved[R]
    shown: Shown[R]
    findings: Callable[[R], Sequence[Finding]]
    all_well: Callable[[R], bool]
    resuming: Resuming[R] | None = None
