"""A history as tables, and as a document for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from orchestrator.history.found import Changed, Found
from orchestrator.history.line import Conditions, Line, differing, digest
from orchestrator.report.change import change, changes
from orchestrator.report.column import Column, three_digits
from orchestrator.report.table import Table, make_table, one_line
from orchestrator.report.table import markdown as table_markdown

NONE = "No run yet. `lab history add RUN` adds one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The lines of one experiment under the same conditions. Lines of two groups never mix."""

    experiment: str
    conditions: Conditions
    found: tuple[Found, ...]

    @property
    def title(self) -> str:
        """The experiment, and the short name of the conditions."""
        return f"lab {self.experiment}, conditions {digest(self.conditions)}"

    @property
    def newest(self) -> str:
        """When its newest run started."""
        return max(one.line.latest.run.started_at for one in self.found)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """A change with its line."""

    line: Line
    change: Changed


def groups(found: Sequence[Found]) -> list[Group]:
    """The lines by experiment and conditions, those of the newest run first.

    Args:
        found: sorted by experiment and conditions, as `found` returns them.
    """
    alike = [tuple(one) for _, one in groupby(found, key=lambda one: one.line.key.where)]
    known = [
        Group(
            experiment=members[0].line.key.experiment,
            conditions=members[0].line.key.conditions,
            found=members,
        )
        for members in alike
    ]
    return sorted(known, key=lambda group: group.newest, reverse=True)


def _title(line: Line) -> str:
    known = line.quantity
    return f"{known.title} ({known.unit})" if known.unit else known.title


def _interval(found: Found) -> str | None:
    row = found.line.latest.row
    if row.low is None or row.high is None:
        return None
    return f"{three_digits(row.low)} to {three_digits(row.high)}"


def _state(found: Found) -> str:
    if found.missing:
        return f"needs {found.missing} more runs"
    return str(len(found.changes))


LINES: tuple[Column[Found], ...] = (
    Column("service", "Service", lambda f: f.line.key.service),
    Column("workload", "Workload", lambda f: f.line.key.workload, words=True),
    Column("quantity", "Quantity", lambda f: _title(f.line), words=True),
    Column("latest", "Latest", lambda f: f.line.latest.row.value, show=three_digits),
    Column("interval", "95 % interval", _interval, words=True),
    Column("measured", "Measured", lambda f: f.line.latest.run.started_at[:10], wide=True),
    Column("runs", "Runs", lambda f: len(f.line.points)),
    Column("changes", "Change points", _state),
)

CHANGES: tuple[Column[ChangeRow], ...] = (
    Column("service", "Service", lambda c: c.line.key.service),
    Column("workload", "Workload", lambda c: c.line.key.workload, words=True),
    Column("quantity", "Quantity", lambda c: c.line.quantity.title, words=True, wide=True),
    Column("since", "Since", lambda c: c.change.after.run.started_at[:10], words=True),
    Column("change", "Change", lambda c: change(c.change.ratio)),
    Column("interval", "95 % interval", lambda c: _sizes(c.change), words=True, wide=True),
    Column("answer", "It is", lambda c: c.change.answer, words=True),
    Column("after", "First run after", lambda c: c.change.after.run.run, words=True, wide=True),
    Column("place", "First run after, 95 %", lambda c: _place(c.change), words=True, wide=True),
    Column("before", "Last run before", lambda c: c.change.before.run.run, words=True, wide=True),
    Column("also", "Also different", lambda c: _also(c.change), words=True, wide=True),
)  # fmt: skip


def lines_table(group: Group) -> Table:
    """The group's lines: the latest value of each, and how many change points it has."""
    return make_table(name="lines", title="Series", columns=LINES, rows=group.found)


def changes_table(group: Group) -> Table | None:
    """All change points of the group, the newest first; None if there is none."""
    rows = [
        ChangeRow(line=one.line, change=changed) for one in group.found for changed in one.changes
    ]
    rows.sort(key=lambda row: row.change.after.run.started_at, reverse=True)
    if not rows:
        return None
    return make_table(name="changes", title="Change points", columns=CHANGES, rows=rows)


def markdown(found: Sequence[Found]) -> str:
    """The whole history as Markdown."""
    known = groups(found)
    return "\n".join(_markdown(group, known) for group in known) or f"{NONE}\n"


def conditions(group: Group, known: Sequence[Group]) -> str:
    """The conditions in which the groups of one experiment differ, as text."""
    alike = [dict(one.conditions) for one in known if one.experiment == group.experiment]
    mine = dict(group.conditions)
    return "; ".join(f"{name}: {mine.get(name, 'unknown')}" for name in differing(alike))


def document(found: Sequence[Found]) -> list[dict[str, object]]:
    """The whole history for programs: a list of lines."""
    return [dict(_document(one)) for one in found]


def _markdown(group: Group, known: Sequence[Group]) -> str:
    parts = [f"## {one_line(group.title)}\n"]
    if differ := conditions(group, known):
        parts.append(f"{one_line(differ)}\n")
    parts.append(table_markdown(lines_table(group)))
    changed = changes_table(group)
    parts.append(table_markdown(changed) if changed else "No change point.\n")
    return "\n".join(parts)


def _document(found: Found) -> Iterator[tuple[str, object]]:
    key, latest = found.line.key, found.line.latest
    yield from (
        ("experiment", key.experiment),
        ("service", key.service),
        ("workload", key.workload),
    )
    yield from (("quantity", key.quantity), ("unit", key.unit))
    yield "conditions_digest", digest(key.conditions)
    yield "conditions", dict((*key.conditions, *key.workload_conditions))
    yield "runs", len(found.line.points)
    yield "runs_missing", found.missing
    yield (
        "latest",
        {
            "run": latest.run.run,
            "started_at": latest.run.started_at,
            "value": latest.row.value,
            "low": latest.row.low,
            "high": latest.row.high,
            "count": latest.row.count,
        },
    )
    yield "change_points", [_changed(one) for one in found.changes]


def _changed(one: Changed) -> dict[str, object]:
    return {
        "before": one.before.run.run,
        "after": one.after.run.run,
        "after_earliest": one.earliest.run.run,
        "after_latest": one.latest.run.run,
        "started_at": one.after.run.started_at,
        "ratio": one.ratio,
        "low": one.low,
        "high": one.high,
        "answer": one.answer,
        "also": list(one.also),
    }


def _place(changed: Changed) -> str:
    earliest, latest = changed.earliest.run.run, changed.latest.run.run
    return earliest if earliest == latest else f"{earliest} to {latest}"


def _also(changed: Changed) -> str | None:
    return "; ".join(changed.also) or None


def _sizes(changed: Changed) -> str | None:
    return changes(changed.low, changed.high)
