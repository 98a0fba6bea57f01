"""What a run has before it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """``left`` of ``trials`` are to come, ``trial_s`` seconds each; ``text`` says it in a line."""

    text: str
    trials: int
    left: int
    trial_s: float

    @property
    def left_s(self) -> float:
        """Seconds to come."""
        return self.left * self.trial_s
