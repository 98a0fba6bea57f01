"""The phases of a trial's load, and why the first of them ended."""

from enum import StrEnum


class LoadPhase(StrEnum):
    """The purpose of a stage with constant users; `labload.trial.ramp` decides their order."""

    RAMP = "ramp"
    SETTLE = "settle"
    HOLD = "hold"
    DISTURBED = "disturbed"
    """In a result: the one of two holds that does not count, because more CPU time was stolen."""
    OPEN = "open"


class RampEnd(StrEnum):
    """Why the ramp ended: a request failed, all steps were done, or the time was up."""

    DROPS = "drops"
    STEPS = "steps"
    TIME = "time"
