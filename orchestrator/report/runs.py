"""Makes the page that lists all runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from orchestrator.model.record import RunRecord
from orchestrator.model.trial import Outcome
from orchestrator.report.column import Column, Value
from orchestrator.report.table import make_table
from orchestrator.report.templating import environment, source


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A run: folder, record, the problem if it cannot be read, and whether it has a page.

    ``stale``: how many of its rows were measured with other versions than those of today's locks;
    None if it cannot be read.
    """

    folder: str
    record: RunRecord | None
    problem: str | None
    page: bool
    stale: int | None = None

    @property
    def address(self) -> str:
        """The folder's name as a part of a link."""
        return address(self.folder)

    @property
    def measured(self) -> int:
        """How many of its trials were measured."""
        trials = self.record.trials if self.record else ()
        return sum(trial.outcome is Outcome.MEASURED for trial in trials)

    @property
    def state(self) -> str:
        """How the run ended, or why it cannot be read."""
        if self.problem is not None or self.record is None:
            return self.problem or "cannot be read"
        if self.record.interrupted:
            return "interrupted"
        return "finished" if self.record.finished_at else "not finished"


NAMED = "named"
"""For a run whose services were named one by one; a run that is older than sets has no value."""


def _of(of: Callable[[RunRecord], Value]) -> Callable[[Listed], Value]:
    return lambda run: of(run.record) if run.record else None


def _measured(run: Listed) -> str | None:
    return f"{run.measured} of {len(run.record.trials)}" if run.record else None


def _set(record: RunRecord) -> str | None:
    return NAMED if record.named else record.settings.set_name


def _machine(record: RunRecord) -> str:
    return f"{record.host.cpu_model or 'unknown CPU'}, {record.host.cpus} CPUs"


def _lab(record: RunRecord) -> str:
    return f"{record.host.lab_version} ({(record.host.lab_commit or 'unknown')[:7]})"


RUNS: tuple[Column[Listed], ...] = (
    Column("run", "Run", lambda run: run.folder),
    Column("started_at", "Started (UTC)", _of(lambda r: r.started_at), words=True),
    Column("profile", "Profile", _of(lambda r: r.profile.name), words=True),
    Column("load_s", "Seconds per trial", _of(lambda r: r.profile.load_s), show="{:g}".format),
    Column("set", "Set", _of(_set), words=True),
    Column("services", "Services", _of(lambda r: len(r.settings.services))),
    Column("workloads", "Workloads", _of(lambda r: ", ".join(r.settings.workloads)), words=True),
    Column("repeats", "Repeats", _of(lambda r: r.settings.repeats)),
    Column("measured", "Measured", _measured),
    Column("stale", "Stale rows", lambda run: run.stale),
    Column("state", "State", lambda run: run.state, words=True),
    Column("machine", "Machine", _of(_machine), words=True),
    Column("lab", "Lab", _of(_lab), words=True),
)
"""The first column links to the run. If it cannot be read, its state replaces the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """Folders of another experiment, each with the file to open in it."""

    title: str
    folders: Mapping[str, str]

    @property
    def links(self) -> list[tuple[str, str]]:
        """Address and name of each, the newest first."""
        ordered = sorted(self.folders.items(), reverse=True)
        return [(f"{address(name)}/{file}", name) for name, file in ordered]


def runs_page(runs: Sequence[Listed], others: Sequence[Others]) -> str:
    """``results/index.html``: all runs with the newest first, then other experiments."""
    ordered = sorted(
        runs,
        key=lambda run: (run.record.started_at if run.record else "", run.folder),
        reverse=True,
    )
    css = Markup(source("page.css"))  # noqa: S704 - a file of this package
    table = make_table(name="runs", title="All runs", columns=RUNS, rows=ordered)
    listed = list(zip(ordered, table.rows, strict=True))
    template = environment().get_template("runs.html")
    return template.render(table=table, runs=listed, others=others, css=css)


def address(folder: str) -> str:
    """A folder's name, quoted for a link, so that it cannot be another place or a script."""
    return quote(os.fsencode(folder))
