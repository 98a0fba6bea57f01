"""The phases of a trial's load, in their order."""

from enum import StrEnum


class LoadPhase(StrEnum):
    """What a stretch of constant users is for; `labload.trial.ramp` decides which comes when."""

    RAMP = "ramp"
    SETTLE = "settle"
    HOLD = "hold"
    OPEN = "open"
