"""The answers of a trial that were not what its workload says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from labwire.failure import ANSWERS


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongAnswers:
    """Their number, that of all requests, and how one was wrong."""

    count: int
    requests: int
    example: str

    @classmethod
    def of(
        cls, kinds: Mapping[str, int], requests: int, reasons: Mapping[str, int]
    ) -> WrongAnswers | None:
        """From failures by kind, and reasons that begin with the kind; None if none was wrong."""
        count = sum(kinds.get(kind, 0) for kind in ANSWERS)
        told = (reason for reason in reasons if reason.partition(":")[0] in ANSWERS)
        example = next(told, "the record does not say how")
        return cls(count=count, requests=requests, example=example) if count else None
