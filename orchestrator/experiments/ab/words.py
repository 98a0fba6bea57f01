"""A comparison's answer in words."""

from __future__ import annotations

from orchestrator.experiments.ab.answer import Answer, Found, Ratio, found
from orchestrator.experiments.ab.record import ABRecord, By

COSTS = {By.CPU: "CPU time for a request", By.INSTRUCTIONS: "instructions for a request"}
UNITS = {By.CPU: "launches", By.INSTRUCTIONS: "hash seeds"}


def percent(share: float) -> str:
    """A share with the digits that a difference of some per mille needs."""
    return f"{share:.2%}" if share < 0.1 else f"{share:.0%}"


def change(ratio: float) -> str:
    """A ratio as a change: 1.021 is +2.10 %."""
    return f"{100 * (ratio - 1):+.2f} %"


def interval(ratio: Ratio) -> str:
    """The interval as changes, or why there is none."""
    if ratio.low is None or ratio.high is None:
        return "too few for an interval"
    return f"{change(ratio.low)} to {change(ratio.high)}"


def answer_in_words(answer: Found) -> str:
    """``slower``, ``faster``, ``same within 0.62 %`` or ``undecided``."""
    if answer.same_within is not None:
        return f"{answer.answer} within {100 * answer.same_within:.2f} %"
    return str(answer.answer)


def so_far(record: ABRecord) -> str:
    """The state after a launch, in a line."""
    known = found(record)
    if known is None:
        return "nothing measured yet"
    at_s = (record.launches or record.counts)[-1].at_s
    cost = known.cost
    return (
        f"{cost.count} {UNITS[record.settings.by]}, {at_s:.0f} s: head {change(cost.ratio)} "
        f"({interval(cost)}); A/A {change(known.again.ratio)} ({interval(known.again)}): "
        f"{answer_in_words(known)}"
    )


def sentence(record: ABRecord) -> str:
    """The answer in a sentence."""
    known, settings = found(record), record.settings
    if record.failure is not None:
        who = f"{record.failure.side}: " if record.failure.side else ""
        return f"not compared: {who}{record.failure.phase}: {record.failure.reason}"
    if known is None:
        return "not compared: nothing was measured"
    what, cost = COSTS[settings.by], known.cost
    told = {
        Answer.SLOWER: f"head is slower: it needs {change(cost.ratio)} {what}",
        Answer.FASTER: f"head is faster: it needs {change(cost.ratio)} {what}",
        Answer.SAME: f"{answer_in_words(known)}: head needs {change(cost.ratio)} {what}",
        Answer.UNDECIDED: f"undecided: head seems to need {change(cost.ratio)} {what}",
    }[known.answer]
    return f"{told} ({interval(cost)})"
