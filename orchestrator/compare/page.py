"""A comparison of two records as a page that opens from disk."""

from __future__ import annotations

from orchestrator.compare.chart import charts
from orchestrator.compare.comparison import Comparison
from orchestrator.compare.tables import makings, records, tables
from orchestrator.compare.words import (
    beside,
    caveats,
    heading,
    label,
    reading,
    summary,
    unlike,
)
from orchestrator.report.small_page import coded, pictures, small_page
from orchestrator.report.templating import Links

TEMPLATE = "compare.html"


def page(comparison: Comparison, links: Links | None = None) -> str:
    """The page as HTML. It needs no script; text from outside is escaped."""
    links = links or Links()
    return small_page(
        TEMPLATE,
        heading=heading(comparison),
        label=label(comparison),
        differences=[one.sentence for one in comparison.unequal],
        summary=summary(comparison),
        beside=list(beside(comparison)),
        pictures=pictures(charts(comparison)),
        tables=tables(comparison),
        unlike=list(unlike(comparison)),
        caveats=coded(caveats(comparison)),
        reading=coded(reading(comparison)),
        records=records(comparison),
        makings=makings(comparison),
        root=links.root,
        in_results=links.index,
    )
