"""A history as a small page: every line as a chart, and all change points."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.history.charts import line_chart
from orchestrator.history.found import Found
from orchestrator.history.tables import changes_table, conditions, groups, lines_table
from orchestrator.report.small_page import coded, pictures, small_page

PAGE = "history.html"
READING = (
    "A dot is a run's value, and its bar the 95 % interval of the run's own repeats. Runs vary "
    "more than their repeats do, because the machine is not the same every night.",
    "A dashed line is a change point: the first run of a new level, with the change against the "
    "level before. Horizontal lines are the levels.",
    "In about 1 of 100 series without any change a change point is found by chance. It takes 3 to "
    "5 runs of a new level until a change by 3 standard deviations of a run's value is found.",
    "Only runs under equal conditions are in one series: host, layout, settings, and the request "
    "and answer of the workload.",
)


def page(found: Sequence[Found]) -> str:
    """The page as HTML. It needs no script; text from outside is escaped."""
    known = groups(found)
    count = sum(len(one.changes) for one in found)
    return small_page(
        PAGE,
        summary=_summary(len(found), count),
        groups=[
            {
                "title": group.title,
                "differing": conditions(group, known),
                "conditions": group.conditions,
                "changes": changes_table(group),
                "lines": lines_table(group),
                "pictures": pictures(
                    line_chart(one) for one in sorted(group.found, key=lambda one: not one.changes)
                ),
            }
            for group in known
        ],
        reading=coded(READING),
    )


def _summary(lines: int, changes: int) -> str:
    if not lines:
        return "No run yet"
    points = "no change point" if not changes else f"{changes} change points"
    if changes == 1:
        points = "1 change point"
    return f"{lines} series, {points}"
