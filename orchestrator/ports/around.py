"""What a run needs beside engine and load: a clock, a place for raw files, and somebody to tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from labwire.events import Tick
from orchestrator.model.outlook import Outlook
from orchestrator.model.settings import PlannedTrial
from orchestrator.model.trial import TrialRecord


class RawStore(Protocol):
    """Saves the raw files of trials."""

    def save_raw(self, trial: PlannedTrial, files: Mapping[str, str]) -> tuple[str, ...]:
        """Save the raw files of one trial; they replace those of an earlier attempt.

        Returns:
            Their paths relative to the run's folder, in order.
        """


class Clock(Protocol):
    """The clock; tests use their own."""

    def monotonic(self) -> float:
        """Seconds of a monotonic clock, for durations."""

    def utc(self) -> str:
        """Now, ISO 8601, UTC."""


class Progress(Protocol):
    """Shows a person the progress of a run."""

    def run_begins(self, outlook: Outlook, where: str) -> None:
        """The run begins; its record is saved at ``where``."""

    def note(self, text: str) -> None:
        """A message for the person, such as which image is being built."""

    def trial_begins(self, trial: PlannedTrial) -> None:
        """A trial begins; its container starts next."""

    def tick(self, tick: Tick, server_cpu: float | None) -> None:
        """The state of the load, about once a second."""

    def trial_ends(self, record: TrialRecord) -> None:
        """A trial has ended: measured or failed."""

    def run_ends(self) -> None:
        """The run has ended."""
