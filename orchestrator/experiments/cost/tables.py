"""A cost table as tables: the rows of each workload, all rows, neighbours, and what took part."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import exp

from orchestrator.experiments.cost.record import CostRecord, CostRow, Part
from orchestrator.experiments.cost.rows import cost_rows
from orchestrator.experiments.cost.taxes import tax_columns
from orchestrator.experiments.cost.words import half_width
from orchestrator.report.column import Column, framework, span, three_digits, times
from orchestrator.report.table import Table, make_table
from orchestrator.stats.launches import difference, relative_logs


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two services that stand next to each other: how many times the first costs the second is."""

    cheaper: str
    dearer: str
    ratio: float
    low: float
    high: float

    @property
    def told_apart(self) -> bool:
        """Whether the second certainly costs more."""
        return self.low > 1


ROWS: tuple[Column[CostRow], ...] = (
    Column("service", "Service", lambda row: row.service),
    Column("workload", "Workload", lambda row: row.workload),
    Column("relative", "Relative cost", lambda row: row.relative),
    Column("low", "Low", lambda row: row.low),
    Column("high", "High", lambda row: row.high),
    Column("cpu_us_per_request", "CPU µs/request", lambda row: row.cpu_us_per_request),
    Column("rank", "Rank", lambda row: span(row.rank or ())),
    Column("launches", "Launches", lambda row: row.launches),
)
PAIRS: tuple[Column[Pair], ...] = (
    Column("cheaper", "Costs less", lambda pair: pair.cheaper),
    Column("dearer", "Costs more", lambda pair: pair.dearer, words=True),
    Column("ratio", "Ratio", lambda pair: pair.ratio, show=times),
    Column(
        "interval",
        "Interval (Bonferroni)",
        lambda pair: f"{times(pair.low)} to {times(pair.high)}",
    ),
    Column("told_apart", "Told apart", lambda pair: "yes" if pair.told_apart else "no"),
)
PARTS: tuple[Column[Part], ...] = (
    framework(lambda part: part.name),
    Column("python", "Python", lambda part: _version(part.python), words=True),
    Column("image", "Image", lambda part: _short(part.image), words=True),
    Column("base", "Base image", lambda part: part.base_image or None, words=True),
)


def workload_tables(record: CostRecord) -> tuple[Table, ...]:
    """The rows of each workload, for people; a note is short there (see `consequences`)."""
    return tuple(_workload_table(record, one.workload) for one in record.together)


def all_rows(record: CostRecord) -> Table:
    """All rows in one table, for programs; the first column is the service's id."""
    rows = cost_rows(record)
    return make_table(
        name="cost",
        title="What a request costs",
        columns=(*ROWS, *tax_columns(record, rows)),
        rows=rows,
        note=lambda row: row.note or None,
    )


def pair_tables(record: CostRecord) -> tuple[Table, ...]:
    """Neighbours in each workload's table: how much more the second costs, and whether surely."""
    return tuple(
        make_table(
            name=f"neighbours-{together.workload}",
            title=f"{together.workload}: neighbours",
            columns=PAIRS,
            rows=_pairs(record, together.workload),
        )
        for together in record.together
        if len(together.launches) > 1 and len(together.services) > 1
    )


def parts_table(record: CostRecord) -> Table:
    """What took part: interpreter, image and base of the reference and of each service."""
    return make_table(
        name="parts",
        title="What was measured",
        columns=PARTS,
        rows=record.parts,
    )


def _workload_table(record: CostRecord, workload: str) -> Table:
    columns: tuple[Column[CostRow], ...] = (
        framework(lambda row: record.part(row.service).name),
        Column("rank", "Rank", lambda row: span(row.rank or ())),
        Column("relative", "Relative cost", lambda row: row.relative, show=times),
        Column("interval", "95 % interval", _interval, wide=True),
        Column("half_width", "±", half_width, show="{:.1%}".format),
        Column(
            "cpu_us_per_request",
            "CPU µs/request",
            lambda row: row.cpu_us_per_request,
            show=three_digits,
            wide=True,
        ),
        Column("launches", "Launches", lambda row: row.launches, wide=True),
    )
    return make_table(
        name=f"cost-{workload}",
        title=f"{workload}: CPU time for a request, as a multiple of the reference's",
        columns=columns,
        rows=[row for row in cost_rows(record) if row.workload == workload],
        note=lambda row: row.note.partition(":")[0] or None,
    )


def _interval(row: CostRow) -> str | None:
    if row.low is None or row.high is None:
        return None
    return f"{times(row.low)} to {times(row.high)}"


def _pairs(record: CostRecord, workload: str) -> list[Pair]:
    together = next(one for one in record.together if one.workload == workload)
    logs = relative_logs(together)
    count = len(logs) * (len(logs) - 1) // 2
    ordered = sorted(logs, key=lambda name: sum(logs[name]))
    found = []
    for less, more in pairwise(ordered):
        known = difference(logs[more], logs[less], count)
        found.append(
            Pair(
                cheaper=record.part(less).name,
                dearer=record.part(more).name,
                ratio=exp(known.mean),
                low=exp(known.low),
                high=exp(known.high),
            )
        )
    return found


def _version(python: str) -> str | None:
    return python.split(" ")[0] or None


def _short(image: str) -> str | None:
    return image.removeprefix("sha256:")[:12] or None
