"""The page that lists all runs and opens any of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from orchestrator.model.record import RunRecord
from orchestrator.model.trial import Outcome
from orchestrator.report.page import environment, source


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A run's folder, its record, what is wrong with it, and whether it has a page to open."""

    folder: str
    record: RunRecord | None
    problem: str | None
    page: bool

    @property
    def address(self) -> str:
        """The folder in a link, whatever it is called."""
        return address(self.folder)

    @property
    def measured(self) -> int:
        """How many of its trials were measured."""
        trials = self.record.trials if self.record else ()
        return sum(trial.outcome is Outcome.MEASURED for trial in trials)

    @property
    def state(self) -> str:
        """How it ended."""
        if self.problem is not None or self.record is None:
            return self.problem or "cannot be read"
        if self.record.interrupted:
            return "interrupted"
        return "finished" if self.record.finished_at else "not finished"


def runs_page(runs: Sequence[Listed], crosschecks: Sequence[str]) -> str:
    """``results/index.html``: the newest run first; ``crosschecks`` are folders' names."""
    ordered = sorted(
        runs,
        key=lambda run: (run.record.started_at if run.record else "", run.folder),
        reverse=True,
    )
    others = [(address(name), name) for name in sorted(crosschecks, reverse=True)]
    css = Markup(source("page.css"))  # noqa: S704 - a file of this package
    return environment().get_template("runs.html").render(runs=ordered, crosschecks=others, css=css)


def address(folder: str) -> str:
    """A folder's name as a part of a link: never one that names another place, or a script."""
    return quote(os.fsencode(folder))
