"""A comparison in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from orchestrator.compare.compared import CONFIDENCE, OWN_LEAST
from orchestrator.compare.comparison import ComparedRow, Comparison, Spread
from orchestrator.model.comparable import Quantity
from orchestrator.report.change import change, changes, size
from orchestrator.stats.answer import SAME_WITHIN, Answer

LISTED = (Answer.SLOWER, Answer.FASTER)
ORDER = (Answer.SLOWER, Answer.FASTER, Answer.SAME, Answer.UNDECIDED)
IN_PERCENT = f"{100 * CONFIDENCE:g} %"


def heading(comparison: Comparison) -> str:
    """What was compared, in a line."""
    return f"{comparison.head.run_id} (head) against {comparison.base.run_id} (base)"


def label(comparison: Comparison) -> str | None:
    """What must be known before any row is read: the conditions that are not equal."""
    if not comparison.unequal:
        return None
    told = "; ".join(one.sentence for one in comparison.unequal)
    return (
        "Compared anyway: these conditions are not equal, and any difference may come from them. "
        f"{told}"
    )


def summary(comparison: Comparison) -> str:
    """How many rows of the headline are slower, faster, the same, undecided, and which."""
    rows = comparison.of(comparison.headline)
    if not rows:
        return "There is no row to compare."
    (quantity,) = (one for one in comparison.quantities if one.name == comparison.headline)
    return f"By {quantity.title}: {_counts(rows)}. {_named(rows)}".strip()


def beside(comparison: Comparison) -> Iterator[str]:
    """The same of the other quantities, which do not decide the exit code."""
    for quantity in comparison.quantities:
        if quantity.name != comparison.headline:
            rows = comparison.of(quantity.name)
            yield f"Beside it, {quantity.title}: {_counts(rows)}. {_named(rows)}".strip()


def caveats(comparison: Comparison) -> Iterator[str]:
    """What a reader must know to interpret the answers."""
    base, head = comparison.base, comparison.head
    if comparison.same_record:
        yield f"Base and head are the same record, {base.run_id}: every ratio is exactly 1."
    elif base.run_id == head.run_id:
        yield (
            f"Both records have the id {base.run_id}, but not the same rows: one may be a later "
            "state of the other, and then they share values."
        )
    for quantity in comparison.quantities:
        yield from _about(comparison, quantity)


def unlike(comparison: Comparison) -> Iterator[str]:
    """Rows that could not be compared, and what else is to be known; rows alike in one line."""
    found: dict[str, list[str]] = {}
    for row in comparison.rows:
        told = (f"not compared: {row.why}",) if row.why else row.notes
        for text in told:
            found.setdefault(f"{row.quantity.title}: {text}", []).append(row.name)
    for text, names in found.items():
        yield f"{', '.join(names)}, {text}"


def assumed(comparison: Comparison) -> Iterator[str]:
    """What the intervals rest on, in sentences."""
    used = {row.ratio.spread for row in comparison.rows if row.ratio}
    if Spread.ADJUSTED in used:
        yield (
            "Rows with launches of all services at once: the ratio at equal speed of the machine, "
            "by analysis of covariance. Relative costs depend on the speed, because a faster CPU "
            "speeds up a program more than the kernel. How much, the launches of both runs show; "
            "the speed of a launch is the mean cost of all other services. A change that all "
            "services share is therefore not seen. Assumed: the logarithms depend on that of the "
            "speed along a straight line, and their noise is about normal."
        )
    if Spread.OWN in used:
        yield (
            f"Rows with at least {OWN_LEAST} values on both sides: Welch's t interval of the mean "
            "logarithms, from the row's own values. Assumed: the values are independent, and their "
            "logarithms are about normal."
        )
    if Spread.POOLED in used:
        yield (
            f"Rows with fewer values: {_spreads(comparison)}. Where a row's own spread is larger, "
            "it counts instead. Student's t. Assumed as well: the logarithms of all rows vary "
            "about alike. With a single value on a side, a disturbed trial looks like a change."
        )
    # A quantity without a unit is a ratio, to a reference that drifts like the service.
    if used & {Spread.OWN, Spread.POOLED} and any(one.unit for one in comparison.quantities):
        yield (
            "Assumed in any case: the machine was as fast in one run as in the other. A drift that "
            "lasts longer than a run is in no interval."
        )


def reading(comparison: Comparison) -> Iterator[str]:
    """How to read the rows, in sentences."""
    yield (
        "A ratio is head / base of the geometric means of a row's values: one value for each trial "
        "or launch."
    )
    yield (
        f"Each interval is at {IN_PERCENT}, because a comparison has many rows: of 100 rows that "
        "are equal, about one is called `faster` or `slower` by chance."
    )
    yield from assumed(comparison)
    yield (
        f"`same`: the whole interval is at most {100 * SAME_WITHIN:g} % from no difference. "
        "`undecided`: these data cannot tell. More repeats narrow an interval: four times as many "
        "halve it."
    )
    yield (
        "Smallest effect: half of the interval's length. A smaller difference could not have been "
        "shown."
    )
    if comparison.headline is not None:
        yield (
            f"Only rows of `{comparison.headline}`, by which these runs rank, decide the exit code."
        )


def interval(row: ComparedRow) -> str | None:
    """The ends of the interval as changes; None if there is none."""
    return changes(row.ratio.low, row.ratio.high) if row.ratio else None


def _about(comparison: Comparison, quantity: Quantity) -> Iterator[str]:
    rows = [row for row in comparison.of(quantity.name) if row.ratio]
    if rows and all(row.ratio and row.ratio.spread is Spread.NONE for row in rows):
        yield (
            f"{_capital(quantity.title)}: no row has two values, so nothing is known about their "
            "spread, and nothing can be decided. Measure with repeats: `--repeats 3` or more."
        )
    shift = comparison.shifts.get(quantity.name)
    if shift is None or shift.low is None or shift.high is None:
        return
    if shift.low > 1 or shift.high < 1:
        yield (
            f"{_capital(quantity.title)}: most rows moved in the same direction, the median row by "
            f"{change(shift.median)} (95 % interval {changes(shift.low, shift.high)}). A faster or "
            "slower machine moves all rows alike. Unless you changed what all services have in "
            "common, repeat one of the runs before you believe this, or use `lab ab`, in which "
            "both sides run at the same time."
        )


def _spreads(comparison: Comparison) -> str:
    told = [
        f"{size(spread.deviation)} for {quantity.title} ({spread.freedom} degrees of freedom)"
        for quantity in comparison.quantities
        if (spread := comparison.spreads[quantity.name]).deviation is not None
    ]
    return (
        "the spread (standard deviation of the logarithms) is that of all rows of the quantity in "
        f"both records together, {' and '.join(told)}"
    )


def _counts(rows: tuple[ComparedRow, ...]) -> str:
    """``2 of 18 rows slower, 1 faster, 3 same, 10 undecided, 2 not compared``."""
    found = Counter(row.answer for row in rows)
    first, *others = ORDER
    of = "row" if len(rows) == 1 else "rows"
    told = [f"{found[first]} of {len(rows)} {of} {first}"]
    told += [f"{found[answer]} {answer}" for answer in others]
    told += [f"{found[None]} not compared"] if found[None] else []
    return ", ".join(told)


def _named(rows: tuple[ComparedRow, ...]) -> str:
    """The rows that are faster or slower, with their changes."""
    parts = []
    for answer in LISTED:
        mine = [row for row in rows if row.ratio and row.answer is answer]
        named = ", ".join(f"{row.name} {change(row.ratio.ratio)}" for row in mine if row.ratio)
        parts += [f"{_capital(answer)}: {named}."] if named else []
    return " ".join(parts)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
