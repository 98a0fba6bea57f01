"""Shows a run's progress: a live line in a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table as RichTable
from rich.text import Text

from labwire.events import Tick
from orchestrator.durations import clock_time
from orchestrator.model.outlook import Outlook
from orchestrator.model.settings import PlannedTrial
from orchestrator.model.trial import Outcome, Totals, TrialRecord
from orchestrator.streams import drawable
from orchestrator.words import line, printable

MISSING = "-"
WIDE = 200


class ConsoleProgress:
    """Progress on a console; in a terminal one line is redrawn as the load goes on."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or _console(sys.stdout)
        if not self._console.is_terminal:
            self._console.width = WIDE  # a file has no width of its own; tables need this much
        self._live: Live | None = None
        self._trials = 0
        self._left = 0
        self._trial_s = self._after_s = 0.0
        self._heading = ""

    def run_begins(self, outlook: Outlook, where: str) -> None:
        """Say what will be measured, and how long it will take."""
        self._trials, self._left = outlook.trials, outlook.left
        self._trial_s, self._after_s = outlook.trial_s, outlook.after_s
        if kept := outlook.trials - outlook.left - outlook.not_offered:
            self._say(f"{kept} trials are measured already")
        for why_not in outlook.why_not:
            self._say(why_not)
        self._say(outlook.text)
        self._say(f"record: {where}")

    def note(self, text: str) -> None:
        """A line worth reading."""
        self._say(text)

    def trial_begins(self, trial: PlannedTrial) -> None:
        """Name the trial."""
        _, workload, repeat = trial.key
        again = f" repeat {repeat}" if repeat > 1 else ""
        self._heading = line(
            f"[{trial.order}/{self._trials}] {trial.entry.manifest.name} {workload}{again}"
        )
        left = clock_time(self._left_s)
        if self._console.is_terminal:
            self._live = Live(console=self._console, transient=True, refresh_per_second=4)
            self._live.start()
            self._live.update(Text(f"{self._heading} · {left} left · starting"))
        else:
            self._say(f"{self._heading}, {left} left")

    def tick(self, tick: Tick, server_cpu: float | None) -> None:
        """Draw the load's state; does nothing if the output is not a terminal."""
        if self._live is None:
            return
        left = clock_time(max(self._after_s, self._left_s - tick.elapsed_s))
        cpu = MISSING if server_cpu is None else f"{server_cpu:.0%}"
        rate = MISSING if tick.rps is None else f"{tick.rps:,.0f}"
        self._live.update(
            Text(
                f"{self._heading} · {left} left · {tick.phase} {tick.users:,} users · "
                f"{rate} req/s · p50 {_ms(tick.p50_ms)} p99 {_ms(tick.p99_ms)} · "
                f"{tick.failures:,} drops · server CPU {cpu}"
            )
        )

    def trial_ends(self, record: TrialRecord) -> None:
        """Print one permanent line for the trial."""
        if self._live is not None:
            self._live.stop()
            self._live = None
        self._left -= 1
        if record.outcome is Outcome.MEASURED and record.hold:
            said = f"{_summary(record.hold)}, limited by {record.limited_by}"
        elif record.outcome is Outcome.MEASURED and record.measurements:
            said = _measurements(record)
        elif record.outcome is Outcome.MEASURED:
            said = f"measured, but without a hold{_whole(record.totals)}"
        else:
            said = f"{record.outcome} in {record.phase}: {record.reason}"
        self._say(f"{self._heading}: {said}")

    def run_ends(self) -> None:
        """Stop the live line, and leave the terminal as it was."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def table(
        self, title: str, headings: Sequence[tuple[str, bool]], rows: Sequence[Sequence[str]]
    ) -> None:
        """Print a finished table; ``headings``: each with True if its column is left-aligned."""
        drawn = RichTable(title=_cell(title), title_justify="left", box=SIMPLE_HEAD)
        for heading, left in headings:
            drawn.add_column(_cell(heading), justify="left" if left else "right")
        for row in rows:
            drawn.add_row(*map(_cell, row))
        self._console.print(drawn, soft_wrap=False)

    @property
    def _left_s(self) -> float:
        """Estimated seconds until the end of the run."""
        return self._left * self._trial_s + self._after_s

    def _say(self, text: str) -> None:
        self._console.print(printable(text), markup=False)


def on_stderr() -> ConsoleProgress:
    """Progress on stderr, for a command whose stdout carries only tables."""
    return ConsoleProgress(_console(sys.stderr))


def _console(stream: TextIO) -> Console:
    return Console(file=drawable(stream), highlight=False, soft_wrap=True)


def _cell(text: str) -> str:
    return escape(line(text))


def _summary(hold: Totals) -> str:
    return (
        f"{hold.goodput_rps:,.0f} req/s, p50 {_ms(hold.median_ms)}, p99 {_ms(hold.p99_ms)}, "
        f"{hold.failures:,} failed"
    )


def _measurements(record: TrialRecord) -> str:
    return ", ".join(
        f"{name} {value:,.6g}" if isinstance(value, float) else f"{name} {value}"
        for measurement in record.measurements.values()
        for name, value in measurement.items()
        if value is not None
    )


def _whole(totals: Totals | None) -> str:
    if totals is None:
        return ""
    return (
        f": {totals.requests:,} requests in {totals.duration_s:.3g} s, {totals.failures:,} failed"
    )


def _ms(value: float | None) -> str:
    return MISSING if value is None else f"{value:,.3g} ms" if value < 100 else f"{value:,.0f} ms"
