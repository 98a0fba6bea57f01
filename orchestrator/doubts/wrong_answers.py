"""The answers of a hold that were not what its workload says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from labwire.failure import ANSWERS
from orchestrator.model.trial import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongAnswers:
    """Their number, that of the hold's requests, and how one was wrong.

    An overloaded server may answer some requests of the ramp with an error, so they do not count.
    """

    count: int
    requests: int
    example: str

    @classmethod
    def of(cls, hold: Step, reasons: Mapping[str, int]) -> WrongAnswers | None:
        """None if no answer was wrong; ``reasons``: of the whole trial, each after its kind."""
        count = sum(hold.failures_by_kind.get(kind, 0) for kind in ANSWERS)
        told = (reason for reason in reasons if reason.partition(":")[0] in ANSWERS)
        example = next(told, "the record does not say how")
        return cls(count=count, requests=hold.requests, example=example) if count else None
