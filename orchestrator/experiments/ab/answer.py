"""The answer of a comparison: which side is slower, by how much, and how certain that is. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, isfinite, log
from statistics import fmean

from orchestrator.experiments.ab.record import ABRecord, By, ClosedPair, Launch
from orchestrator.stats.answer import Answer, farthest, same_or_undecided
from orchestrator.stats.sequence import Estimate, estimate
from orchestrator.stats.student import trimmed

PRIORS = {By.CPU: 1.0, By.INSTRUCTIONS: 0.03}
"""The prior of the confidence sequence. A launch's CPU time spreads by about 1 %, the size of the
effects that are looked for. Instruction counts spread by a tenth of that and less, so that a few
of them are enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """head / base with its interval; above 1 the head has more. ``spread``: as a share.

    ``low`` and ``high`` are None while there are too few launches for an interval.
    """

    ratio: float
    low: float | None
    high: float | None
    spread: float | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The answer and its numbers.

    ``cost``: CPU time or instructions for a request, head / base. ``again``: the same of the A/A
    pair, base / base. ``same_within``: for `Answer.SAME`, how far from 1 the ratio can be, as a
    share. ``smallest_effect``: the smallest difference, as a share, that these data could have
    shown. ``above``: whether the head is certainly slower by more than is tolerated. ``known``:
    whether further launches would change nothing.
    """

    answer: Answer
    cost: Ratio
    again: Ratio
    same_within: float | None
    smallest_effect: float | None
    above: bool
    known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What the closed loop shows beside the cost, head / base; no answer depends on it."""

    throughput: Ratio
    p50: Ratio
    p99: Ratio


def found(record: ABRecord) -> Found | None:
    """The answer so far; None before anything was measured.

    A launch is one value: slices of one launch are not independent. The head is compared with the
    mean of both containers of the base.
    """
    heads, agains = head_logs(record), again_logs(record)
    if not heads:
        return None
    prior = PRIORS[record.settings.by]
    head, again = estimate(heads, prior), estimate(agains, prior)
    cost, spread = _ratio(head), _ratio(again)
    answer = _answer(cost, spread)
    tolerated = 1 + record.settings.fail_above
    above = answer is Answer.SLOWER and cost.low is not None and cost.low > tolerated
    return Found(
        answer=answer,
        cost=cost,
        again=spread,
        same_within=_within(cost) if answer is Answer.SAME else None,
        smallest_effect=exp(head.half_width) - 1 if isfinite(head.half_width) else None,
        above=above,
        known=_known(answer, cost, tolerated),
    )


def beside(record: ABRecord) -> Beside | None:
    """The ratios of throughput and latencies in the closed loop; None if it was not measured."""
    launches = [launch.closed for launch in record.launches if launch.closed]
    if not launches:
        return None

    def ratio(value: Callable[[ClosedPair], float]) -> Ratio:
        logs = [fmean(value(pair) for pair in pairs) for pairs in launches]
        return _ratio(estimate(logs, PRIORS[By.CPU]))

    return Beside(
        throughput=ratio(lambda pair: log(pair.head.rps / pair.base.rps)),
        p50=ratio(lambda pair: log(pair.head.p50_ms / pair.base.p50_ms)),
        p99=ratio(lambda pair: log(pair.head.p99_ms / pair.base.p99_ms)),
    )


def differs(ratio: Ratio) -> bool:
    """Whether the ratio's interval does not contain 1; for the A/A pair, a reason for doubt."""
    return ratio.low is not None and ratio.high is not None and not ratio.low <= 1 <= ratio.high


def head_logs(record: ABRecord) -> list[float]:
    """log(head / base) of each launch, or of each hash seed if instructions decide."""
    if record.settings.by is By.INSTRUCTIONS:
        return [log(one.head) - (log(one.base) + log(one.again)) / 2 for one in record.counts]
    return [trimmed(slice_heads(launch)) for launch in record.launches]


def again_logs(record: ABRecord) -> list[float]:
    """The same of the A/A pair: log(base / base)."""
    if record.settings.by is By.INSTRUCTIONS:
        return [log(one.again / one.base) for one in record.counts]
    return [trimmed(slice_agains(launch)) for launch in record.launches]


def slice_heads(launch: Launch) -> list[float]:
    """log(head / base) of each slice; the base is the geometric mean of its two containers."""
    return [log(one.head_us) - (log(one.base_us) + log(one.again_us)) / 2 for one in launch.slices]


def slice_agains(launch: Launch) -> list[float]:
    """log(base / base) of each slice."""
    return [log(one.again_us / one.base_us) for one in launch.slices]


def _ratio(logs: Estimate) -> Ratio:
    known = isfinite(logs.half_width)
    return Ratio(
        ratio=exp(logs.mean),
        low=exp(logs.low) if known else None,
        high=exp(logs.high) if known else None,
        spread=None if logs.spread is None else exp(logs.spread) - 1,
        count=logs.count,
    )


def _answer(cost: Ratio, again: Ratio) -> Answer:
    if cost.low is None or cost.high is None or again.low is None or again.high is None:
        return Answer.UNDECIDED
    if cost.low > 1 and cost.ratio > again.high:
        return Answer.SLOWER
    if cost.high < 1 and cost.ratio < again.low:
        return Answer.FASTER
    return same_or_undecided(cost.low, cost.high)


def _known(answer: Answer, cost: Ratio, tolerated: float) -> bool:
    """Whether it is also known on which side of the tolerated slow-down the head is."""
    if answer is not Answer.SLOWER or cost.low is None or cost.high is None:
        return answer is not Answer.UNDECIDED
    return not cost.low <= tolerated <= cost.high


def _within(cost: Ratio) -> float:
    if cost.low is None or cost.high is None:
        raise ValueError("a ratio without an interval")
    return farthest(cost.low, cost.high)
