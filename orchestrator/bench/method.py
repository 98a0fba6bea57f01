"""What a way to measure must do with one verified server; `bench/trial.py` does all else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from orchestrator.bench.bench import Bench
from orchestrator.bench.raw import RawFiles
from orchestrator.model.settings import PlannedTrial
from orchestrator.model.trial import TrialRecord
from orchestrator.ports import Container, ContainerState, Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A server that keeps its contract, and where to put what becomes known of it.

    ``start_s``: seconds from its start to its first right answer. ``know``: sets fields of the
    trial's record at once, so that a failure later on does not lose them.
    """

    server: Container
    image: Image
    planned: PlannedTrial
    start_s: float
    raw: RawFiles
    know: Callable[..., None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a method found.

    ``into``: the trial's record, and how the server stands, become the record with all that was
    measured. ``wrong``: why that is no measurement all the same; None if it is one.
    """

    into: Callable[[TrialRecord, ContainerState], TrialRecord]
    wrong: str | None = None


class Method(Protocol):
    """A way to measure a server."""

    def measured(self, subject: Subject, bench: Bench) -> AbstractContextManager[Measured]:
        """Measure; what was used for it is removed at the end of the block.

        Raises:
            TrialFailed: it could not be measured.
        """
