"""The interface of an experiment: a way to measure services, from the command line to tables.

The command line, the loop that measures and saves, the page of all runs and the audit use
experiments only through this interface. `app/experiment.py` does once what all experiments share:
checks before anything starts, the lock, placement, images, the network, saving after each step,
interrupts, and watching the host during the run.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Protocol, TypeVar

from orchestrator.bench.bench import Bench
from orchestrator.model.catalogue import Catalogue, Names
from orchestrator.model.comparable import Comparable
from orchestrator.model.entry import ContainerSpec
from orchestrator.model.finding import Finding
from orchestrator.model.host import Host, WholeMemory
from orchestrator.model.lock import Locks
from orchestrator.model.outlook import Outlook
from orchestrator.model.placement import Network, Placement
from orchestrator.model.published import Published
from orchestrator.model.settings import Loading, PlannedTrial
from orchestrator.model.variant import Variant
from orchestrator.report.small_document import Run
from orchestrator.report.table import Table
from orchestrator.report.templating import Links


class ChosenSettings(Protocol):
    """What a person chose."""

    @property
    def network(self) -> Network:
        """The network between load generator and server."""

    @property
    def python(self) -> str | None:
        """The version of Python that all services run on; None: each service on its own."""

    @property
    def workloads(self) -> tuple[str, ...]:
        """The workloads to measure, by their names in the contract."""


class AnyPlan(Protocol):
    """A plan: what to measure, and under which load."""

    @property
    def loading(self) -> Loading:
        """The load."""


class AnyRecord(Run, Protocol):
    """A record: a frozen dataclass with at least the fields of `Run`."""


S = TypeVar("S", bound=ChosenSettings)
P = TypeVar("P", bound=AnyPlan)
R = TypeVar("R", bound=AnyRecord)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Which CPU serves and which load, and every container of the compose file placed on them."""

    placement: Placement
    containers: Mapping[str, ContainerSpec]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known when a run begins; ``started_at``: UTC, ISO 8601."""

    run_id: str
    started_at: str
    command: str
    host: Host


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSeen:
    """What happened on the host since the run began to measure.

    ``steal``: share of all CPU time that a hypervisor took. ``neighbours``: other containers that
    ran on the engine. ``wanted_nofile``: open files that each container should be allowed.
    """

    steal: float | None
    memory: WholeMemory | None
    neighbours: tuple[str, ...]
    wanted_nofile: int


def host_added(record: R, _earlier: R | None, seen: HostSeen) -> R:
    """Add to a record the CPU time that a hypervisor took, and the other containers that ran.

    For records with the fields ``host`` and ``neighbours``; the usual `Experiment.watched`.
    """
    known: Any = record  # a frozen dataclass, as every record is
    host = replace(known.host, steal=seen.steal)
    added: R = replace(known, host=host, neighbours=seen.neighbours)
    return added


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a report can show beside its record: published tables, audit findings, links.

    ``locks``: what the lock of each service pins today; without any, no row is stale.
    """

    published: Published
    findings: Sequence[Finding]
    links: Links
    locks: Locks = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved(Generic[R]):
    """How a record is saved.

    ``file``: the record's file in the run's folder. ``prefix``: prefix of the folder's name.
    ``raw``: whether there are raw files and their digests. ``files``: the files that are replaced
    after each step. ``read``: decodes the record's file; raises `UsageError` that names its second
    argument.
    """

    file: str
    prefix: str
    raw: bool
    files: Callable[[R], dict[str, bytes]]
    read: Callable[[bytes, str], R]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown(Generic[R]):
    """What people see of a record.

    ``page``: the file in the run's folder to which the page of all runs links. ``title``: the
    heading of such runs on that page. ``tables``: printed at the end; with ``tables_alone``,
    nothing else goes to stdout. ``document``: what the option ``--json`` prints instead of the
    tables; without it the command has no such option. ``summary``: Markdown of one screen, which
    `lab summary` prints; None if it prints none. ``files``: everything that is derived from the
    record at the end, for the folder ``report/``.
    """

    page: str
    title: str = ""
    tables: Callable[[R], Sequence[Table]]
    tables_alone: bool = False
    document: Callable[[R], object] | None = None
    summary: Callable[[R], str] | None = None
    files: Callable[[R, Surroundings], dict[str, str]] = field(default=lambda _record, _around: {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Resuming(Generic[R]):
    """How an interrupted run is resumed.

    ``asked``: the run that the command line names; None for a new run. ``settings``: the settings
    in that run's record. ``complete``: whether nothing is left to do. ``kept``: a message that says
    what an interrupt left and how to continue. ``latest``: the command that continues the run that
    was interrupted last.
    """

    asked: Callable[[argparse.Namespace], str | None]
    settings: Callable[[R], object]
    complete: Callable[[R], bool]
    kept: Callable[[R], str]
    latest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment(Generic[S, P, R]):
    """One experiment.

    ``name``: its command. ``text``: its description, in a line. ``tools``: compose services that it
    needs beside those that it measures; ``more_tools``: those that only some of its plans need.

    ``options`` adds its options to the command line, and ``settings`` reads them. ``problems``:
    everything wrong with the settings, in words, found before anything starts. ``plan`` makes a
    plan of them; its last argument is the record of a run to resume, or None (`UsageError` if it
    cannot be resumed). ``variants``: the variants of services that it builds; they are checked
    together with ``problems``. Raises `UsageError` if the settings name none that can be read; its
    problems are reported with all others. ``blank``: the record before anything is measured.
    ``left``: the trials whose services are still needed to complete the record; none if it is
    complete. ``outlook``: what a person is told at the start. ``run`` measures, and yields the
    record after each step so that it can be saved. ``watched`` adds to the record what happened on
    the host, and the doubts that follow. ``findings``: what the audit finds in a record.
    ``all_well``: whether every row was measured, and nothing was found that a program should stop
    at (exit code 1). ``unusable``: whether what was asked for could not be measured at all (exit
    code 2). ``comparable``: what two records are compared by; None for an experiment whose records
    are not compared. ``profile``: the profile of ``lab run`` that is this experiment; None if there
    is none. ``takes_app``: whether it can measure somebody's own application (``--app``).
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
    unusable: Callable[[R], bool] = field(default=lambda _record: False)
    resuming: Resuming[R] | None = None
    variants: Callable[[S], Sequence[Variant]] = lambda _settings: ()
    more_tools: Callable[[P], Sequence[str]] = lambda _plan: ()
    comparable: Callable[[R], Comparable] | None = None
    profile: str | None = None
    takes_app: bool = False
