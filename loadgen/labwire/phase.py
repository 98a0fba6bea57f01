"""The phases of a trial's load, in their order, and why the first of them ended."""

from enum import StrEnum


class LoadPhase(StrEnum):
    """What a stretch of constant users is for; `labload.trial.ramp` decides which comes when."""

    RAMP = "ramp"
    SETTLE = "settle"
    HOLD = "hold"
    OPEN = "open"


class RampEnd(StrEnum):
    """Why the ramp ended: a request failed, all steps were taken, or the time was up."""

    DROPS = "drops"
    STEPS = "steps"
    TIME = "time"
