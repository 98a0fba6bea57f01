"""A comparison's answer in words."""

from __future__ import annotations

from orchestrator.experiments.ab.answer import Found, Ratio, differs, found
from orchestrator.experiments.ab.record import ABRecord, By, Failure
from orchestrator.model.trial import FAILED
from orchestrator.report.change import change, changes, is_zero, size
from orchestrator.stats.answer import Answer

COSTS = {By.CPU: "CPU time for a request", By.INSTRUCTIONS: "instructions for a request"}
LESS = {By.CPU: "less", By.INSTRUCTIONS: "fewer"}
EQUAL = {By.CPU: "as much", By.INSTRUCTIONS: "as many"}
UNIT = {By.CPU: "launch", By.INSTRUCTIONS: "hash seed"}
UNITS = {By.CPU: "launches", By.INSTRUCTIONS: "hash seeds"}


def interval(ratio: Ratio) -> str | None:
    """The interval as changes; None while there are too few values for one."""
    return changes(ratio.low, ratio.high)


def answer_in_words(answer: Found) -> str:
    """``slower``, ``faster``, ``same within 0.62 %`` or ``undecided``."""
    if answer.same_within is not None:
        return f"{answer.answer} within {size(answer.same_within)}"
    return str(answer.answer)


def so_far(record: ABRecord) -> str:
    """The state after a launch, in a line."""
    known = found(record)
    if known is None:
        return "nothing measured yet"
    again = interval(known.again)
    return (
        f"{measured(record)}: head {change(known.cost.ratio)} ({_certain(record, known)}); "
        f"A/A {change(known.again.ratio)}{f' ({again})' if again else ''}: {answer_in_words(known)}"
    )


def sentence(record: ABRecord) -> str:
    """The answer in a sentence, with its interval."""
    known = found(record)
    if record.failure is not None:
        return f"not compared: {what_failed(record.failure)}: {record.failure.reason}"
    if known is None:
        return "not compared: nothing was measured"
    return f"{_told(record, known)} ({_certain(record, known)})"


def summary(record: ABRecord) -> str:
    """The answer in one sentence, with everything that says how far to trust it."""
    known = found(record)
    if record.failure is not None or known is None:
        return _capital(sentence(record))
    least = known.smallest_effect
    shown = (
        f"; these data could have shown a difference of {size(least)} or more"
        if least is not None
        else ""
    )
    return _capital(
        f"{_told(record, known)} (ratio {known.cost.ratio:.4f}, {_certain(record, known)}), "
        f"after {measured(record)}{shown}"
    )


def brief(record: ABRecord) -> str:
    """The answer in half a line, for a list: change, interval, tolerated slow-down, effort."""
    known = found(record)
    if record.failure is not None or known is None:
        return sentence(record)
    certain = interval(known.cost) or f"too few {UNITS[record.settings.by]} for an interval"
    parts = [f"{answer_in_words(known)}, {change(known.cost.ratio)} ({certain})"]
    if known.answer in (Answer.SLOWER, Answer.UNDECIDED) and record.settings.fail_above:
        parts += _tolerated(record, known)
    parts.append(measured(record))
    if record.lost:
        parts.append(f"{len(record.lost):,} more failed")
    if differs(known.again):
        parts.append("but the base differs from itself: repeat the comparison")
    if record.interrupted:
        parts.append("interrupted")
    return ", ".join(parts)


def measured(record: ABRecord) -> str:
    """How much was measured: ``24 launches in 61 s``."""
    done = record.launches or record.counts
    name = (UNIT if len(done) == 1 else UNITS)[record.settings.by]
    return f"{len(done):,} {name} in {done[-1].at_s if done else 0:,.0f} s"


def what_failed(failure: Failure) -> str:
    """Which side failed, and in what: ``head could not be built``."""
    return f"{failure.side or 'the load'} {FAILED[failure.phase]}"


def _told(record: ABRecord, known: Found) -> str:
    by, ratio = record.settings.by, known.cost.ratio
    needs = "seems to need" if known.answer is Answer.UNDECIDED else "needs"
    if is_zero(ratio - 1):
        than = f"{EQUAL[by]} {COSTS[by]} as base"
    else:
        than = f"{size(ratio - 1)} {'more' if ratio > 1 else LESS[by]} {COSTS[by]} than base"
    return f"{answer_in_words(known)}: head {needs} {than}"


def _tolerated(record: ABRecord, known: Found) -> list[str]:
    """How the slow-down stands to the tolerated one; empty while there is no interval."""
    limit = f"the {100 * record.settings.fail_above:g} % that is tolerated"
    if known.cost.high is None:
        return []
    if known.above:
        return [f"more than {limit}"]
    within = known.cost.high <= 1 + record.settings.fail_above
    return [f"not more than {limit}" if within else f"perhaps more than {limit}"]


def _certain(record: ABRecord, known: Found) -> str:
    text = interval(known.cost)
    if text is None:
        return f"too few {UNITS[record.settings.by]} for an interval"
    return f"95 % interval {text}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
