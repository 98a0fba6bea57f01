"""A cost table in words."""

from __future__ import annotations

from math import sqrt

from orchestrator.experiments.cost.record import CostRecord, CostRow
from orchestrator.experiments.cost.rows import cost_rows, neighbours


def so_far(record: CostRecord) -> str:
    """The state after a launch, in a line."""
    launches = max((len(one.launches) for one in record.together), default=0)
    at_s = max((one.launches[-1].at_s for one in record.together if one.launches), default=0.0)
    text = f"{launches} launch{'' if launches == 1 else 'es'} in {at_s:,.0f} s"
    widths = [width for row in cost_rows(record) if (width := half_width(row)) is not None]
    return f"{text}: intervals up to ± {max(widths):.1%}" if widths else text


def half_width(row: CostRow) -> float | None:
    """Half of a row's interval, as a share of its value; None without an interval."""
    if row.low is None or row.high is None:
        return None
    return sqrt(row.high / row.low) - 1


def told_apart(record: CostRecord) -> str:
    """How many neighbours in the tables are told apart, in a sentence; empty before that."""
    found = []
    for together in record.together:
        known = neighbours(together)
        if known.pairs and len(together.launches) > 1:
            found.append(
                f"{together.workload}: {known.told_apart} of {known.pairs} pairs of neighbours are "
                "told apart"
            )
    return "; ".join(found)
