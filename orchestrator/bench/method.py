"""The interface of a way to measure one verified server; `bench/trial.py` does the rest."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from orchestrator.bench.bench import Bench
from orchestrator.bench.raw import RawFiles
from orchestrator.bench.served import Served
from orchestrator.model.settings import PlannedTrial
from orchestrator.model.trial import TrialRecord
from orchestrator.ports import Container, ContainerState, Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A server that passed verification, and where a method puts its results.

    ``its``: the running server and its companions. ``start_s``: seconds from the server's start to
    its first correct answer. ``know``: sets fields of the trial's record immediately, so that a
    later failure does not lose them.
    """

    its: Served
    image: Image
    planned: PlannedTrial
    start_s: float
    raw: RawFiles
    know: Callable[..., None]

    @property
    def server(self) -> Container:
        """The server's container."""
        return self.its.server


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a method measured.

    ``into``: takes the trial's record and the server's state; returns the record with everything
    that was measured. ``wrong``: why the measurement is nevertheless invalid; None if it is valid.
    """

    into: Callable[[TrialRecord, ContainerState], TrialRecord]
    wrong: str | None = None


class Method(Protocol):
    """A way to measure a server."""

    def measured(self, subject: Subject, bench: Bench) -> AbstractContextManager[Measured]:
        """Measure; the end of the block removes what was started for it.

        Raises:
            TrialFailed: the server could not be measured.
        """
