"""How much of a run is left to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """``left`` of ``trials`` are left, ``trial_s`` seconds each; ``text``: a line for people.

    ``not_offered``: so many of ``trials`` are never measured, since the service does not offer the
    workload; ``why_not``: the reasons, a line each. ``after_s``: seconds of what follows the last
    trial.
    """

    text: str
    trials: int
    left: int
    trial_s: float
    after_s: float = 0.0
    not_offered: int = 0
    why_not: tuple[str, ...] = ()

    @property
    def left_s(self) -> float:
        """Estimated seconds left."""
        return self.left * self.trial_s + self.after_s
