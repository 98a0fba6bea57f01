"""What stands beside a comparison's answer: how to read it, where it was measured, doubts."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.doubts.host import of_bases, of_run, sentences
from orchestrator.doubts.launches import of_launches
from orchestrator.durations import clock_time
from orchestrator.experiments.ab.answer import Found, differs, found
from orchestrator.experiments.ab.record import ABRecord, By
from orchestrator.experiments.ab.words import UNIT, UNITS, interval
from orchestrator.report.place import where
from orchestrator.stats.answer import SAME_WITHIN, Answer


def heading(record: ABRecord) -> str:
    """What was compared, in a line."""
    settings = record.settings
    return f"A/B: {settings.service}, {settings.workload}, head against base"


def circumstances(record: ABRecord) -> Iterator[str]:
    """Where and how it was measured, in lines."""
    yield from where(record.host, record.layout)
    if record.counted_by is not None:
        yield f"instructions counted by {record.counted_by}"
    if record.requests is not None:
        part = "slice" if record.settings.by is By.CPU else "count"
        pace = "" if record.rate is None else f", {record.rate:,.0f} requests/s together"
        yield f"{record.requests:,} requests to each server in each {part}{pace}"
    yield f"budget {clock_time(record.settings.budget_s)}, seed {record.settings.seed}"


def consequences(record: ABRecord) -> Iterator[str]:
    """What follows from the answer: about the tolerated slow-down, or why it is undecided."""
    known, tolerated = found(record), record.settings.fail_above
    if known is None:
        return
    if known.answer is Answer.UNDECIDED:
        yield f"{_why_undecided(record, known)} A longer `--budget` narrows the intervals."
    if known.answer is Answer.SLOWER and tolerated:
        limit = f"the {100 * tolerated:g} % that `--fail-above` tolerates"
        if known.above:
            yield f"This is certainly more than {limit}."
        elif known.cost.high is not None and known.cost.high <= 1 + tolerated:
            yield f"This is certainly not more than {limit}."
        else:
            yield f"Whether this is more than {limit} is undecided."


def reading(record: ABRecord) -> Iterator[str]:
    """How to read the ratios, in sentences."""
    if record.settings.by is By.CPU:
        yield (
            "In each launch three new containers share one CPU and the same load: the head, and "
            "the base twice. The ratio is the geometric mean of all launches."
        )
    else:
        yield (
            "With each hash seed the head is counted once and the base twice. The ratio is the "
            "geometric mean of all hash seeds."
        )
    yield (
        "A/A compares the base with itself. What lies inside its interval counts as no difference."
    )
    yield (
        f"The interval may be looked at after every {UNIT[record.settings.by]}: in at most 5 of "
        "100 comparisons the true ratio is ever outside of it."
    )
    yield (
        "`same within X %`: the whole interval is at most that far from no difference. "
        "`undecided`: these data cannot tell; a longer `--budget` can."
    )
    if record.settings.by is By.INSTRUCTIONS:
        yield (
            "Instructions of user space are counted. They do not show the kernel's work, stalls "
            "for memory, or waiting, so fewer instructions can still take more time."
        )
    elif any(launch.closed for launch in record.launches):
        yield (
            "Throughput and latencies are from short slices of closed loop between the others. "
            "They do not decide the answer."
        )


def caveats(record: ABRecord) -> Iterator[str]:
    """What a reader must know to interpret the answer, in words. Text is not escaped."""
    yield from sentences(of_run(record.host, record.layout, record.neighbours))
    yield from _unplanned(record)
    known = found(record)
    if known is not None and differs(known.again):
        yield (
            f"The A/A pair differs: {interval(known.again)}. By chance alone this happens in at "
            "most 5 of 100 comparisons. Repeat the comparison."
        )
    if record.base and record.head and record.base.base_image != record.head.base_image:
        yield (
            "The sides have Pythons that were built in different ways, so the answer is about the "
            "builds, too."
        )
    sides = [side for side in (record.base, record.head) if side]
    for base in dict.fromkeys(side.base_image for side in sides):
        yield from sentences(of_bases([(base, "A side")]))


def _unplanned(record: ABRecord) -> Iterator[str]:
    """Launches that were lost or did not go as planned."""
    total = len(record.measured_s) + len(record.lost)
    for one in record.lost:
        side = one.side or "the load"
        yield f"One of {total:,} {UNITS[record.settings.by]} was lost: {side} failed: {one.reason}."
    yield from of_launches(record.launches)


def _why_undecided(record: ABRecord, known: Found) -> str:
    cost, units = known.cost, UNITS[record.settings.by]
    if cost.low is None or cost.high is None or known.again.low is None:
        return f"There are too few {units} for an interval."
    if cost.low <= 1 <= cost.high:
        return (
            "The interval contains 0 %, but it is too wide for `same`: it reaches beyond "
            f"{100 * SAME_WITHIN:g} %."
        )
    return (
        "The interval does not contain 0 %, but the A/A pair could differ as much: "
        f"{interval(known.again)}."
    )
