"""How much of a run is left to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """``left`` of ``trials`` are left, ``trial_s`` seconds each; ``text``: a line for people."""

    text: str
    trials: int
    left: int
    trial_s: float

    @property
    def left_s(self) -> float:
        """Estimated seconds left."""
        return self.left * self.trial_s
