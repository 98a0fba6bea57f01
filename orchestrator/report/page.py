"""Makes the page of a run: one file that opens from disk and needs no network."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from orchestrator.model.catalogue import described
from orchestrator.model.finding import Finding
from orchestrator.model.lock import Locks
from orchestrator.model.published import Published
from orchestrator.model.record import RunRecord
from orchestrator.model.trial import Outcome
from orchestrator.report.at_once import launched
from orchestrator.report.charts import Chart, ChartKind, ramp_charts
from orchestrator.report.column import Column
from orchestrator.report.details import Details, details
from orchestrator.report.doubts import doubts
from orchestrator.report.fixed_rate import ranks_by_cost
from orchestrator.report.headline import headline
from orchestrator.report.own import is_own
from orchestrator.report.place import where
from orchestrator.report.ranking import Place, Ranking
from orchestrator.report.reproduce import checkout
from orchestrator.report.stale import STALE, stale
from orchestrator.report.svg import library
from orchestrator.report.table import MISSING, Cell, Row, Table
from orchestrator.report.theme import DARK, LIGHT
from orchestrator.words import printable

KINDS = {
    ChartKind.THROUGHPUT: "Requests/s",
    ChartKind.LATENCY_HOLD: "Latency distribution, held at the best step",
    ChartKind.LATENCY_OPEN: "Latency distribution, the same rate for all",
    ChartKind.RAMP: "The ramp: users against requests/s, p99, drops",
    ChartKind.RATE_LATENCY: "Latency against the offered rate",
    ChartKind.RELATIVE: "CPU time for a request, all at once",
    ChartKind.CPU_OPEN: "CPU time for a request, the same rate for all",
    ChartKind.CPU: "CPU time for a request, held at the best step",
    ChartKind.MEMORY: "Memory, idle and at its peak",
    ChartKind.START: "Start-up time",
    ChartKind.IMAGE: "Image size",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Relative links from the page.

    ``root``: the path to the repository's top folder; None if the results are outside of it.
    ``index``: whether the page that lists all runs is two folders above.
    """

    root: str | None = "../../../"
    index: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRow:
    """One row of the page's table and its details.

    ``framework``, ``folder``: the folders of its application and of the service, below
    ``services/``.
    ``stale``: how its versions differ from those of its lock today; None if they do not.
    """

    id: str
    framework: str
    folder: str
    workload: str
    ranked: bool
    limited_by: str | None
    search: str
    stale: str | None
    cells: tuple[Cell, ...]
    details: Details


def page(
    record: RunRecord,
    tables: Sequence[Table],
    charts: Sequence[Chart],
    *,
    published: Published | None,
    beside: Sequence[Table],
    findings: Sequence[Finding],
    links: Links,
    locks: Locks,
) -> str:
    """The whole page as HTML. Text from outside is escaped.

    Args:
        tables: the run's own tables.
        charts: the run's charts; the page shows ramps one framework at a time.
        beside: tables that compare the run with a publication, and the claims.
        locks: what the lock of each service pins today.
        findings: the audit's findings. These are doubts: records with contradictions are refused.
    """
    shown = [chart for chart in charts if chart.kind is not ChartKind.RAMP] + ramp_charts(record)
    kinds = {chart.kind for chart in shown}
    first = _first_chart(record)
    headlines = [headline(record, workload) for workload in record.settings.workloads]
    columns = _all_columns(headlines)
    rows = [
        _row(record, place, _cells(columns, one.columns, row), locks)
        for one in headlines
        for place, row in zip(one.places, one.table.rows, strict=True)
    ]
    script = source("page.js")
    return environment().get_template("page.html").render(
        record=record,
        own=is_own(record),
        measured=sum(trial.outcome is Outcome.MEASURED for trial in record.trials),
        not_offered=sum(trial.outcome is Outcome.NOT_OFFERED for trial in record.trials),
        of_set=described(record.settings.set_name),
        root=links.root,
        in_results=links.index,
        text=headlines[0].text,
        columns=columns,
        rows=rows,
        limits=sorted({one for row in rows for one in (row.limited_by or "").split(", ") if one}),
        kinds=sorted(
            [(kind, title) for kind, title in KINDS.items() if kind in kinds],
            key=lambda one: one[0] != first,
        ),
        frameworks=list(dict.fromkeys(chart.framework for chart in shown if chart.framework)),
        charts=[_chart(chart) for chart in shown],
        drawings=charts,
        themes={"light": LIGHT, "dark": DARK},
        tables=tables,
        published=published,
        beside=beside,
        findings=findings,
        where=list(where(record.host, record.layout, record.memory, record.settings.python)),
        doubts=doubts(record),
        checkout=checkout(record),
        css=Markup(source("page.css")),  # noqa: S704 - a file of this package
        script=Markup(script),  # noqa: S704 - a file of this package
        library=Markup(library()),  # noqa: S704 - the charting library
        policy=policy(library(), script),
    )  # fmt: skip


def _first_chart(record: RunRecord) -> ChartKind:
    """The chart of the headline."""
    if not ranks_by_cost(record):
        return ChartKind.THROUGHPUT
    return ChartKind.RELATIVE if launched(record) else ChartKind.CPU_OPEN


@cache
def environment() -> Environment:
    """The templates. They escape every value."""
    return Environment(
        loader=PackageLoader("orchestrator.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        keep_trailing_newline=True,
    )


def _finalize(value: object) -> object:
    """Make text printable. Markup is the lab's own, so it stays as it is."""
    return printable(value) if type(value) is str else value


def policy(*scripts: str) -> str:
    """A Content Security Policy that allows only these scripts, and fetches nothing."""
    hashes = [b64encode(sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src 'self' data:"
    )


def source(name: str) -> str:
    """The text of a file in the templates' folder."""
    return (files("orchestrator.report") / "templates" / name).read_text(encoding="utf-8")


def _all_columns(headlines: Sequence[Ranking]) -> tuple[Column[Place], ...]:
    """The columns of all workloads in one table: each behind those that stand before it."""
    found = list[Column[Place]]()
    for one in headlines:
        at = 0
        for column in one.columns:
            keys = [known.key for known in found]
            if column.key not in keys:
                found.insert(at, column)
            at = (keys.index(column.key) if column.key in keys else at) + 1
    return tuple(found)


def _cells(
    columns: Sequence[Column[Place]], its: Sequence[Column[Place]], row: Row
) -> tuple[Cell, ...]:
    """A row's cells in the page's columns; columns that its workload does not have are empty."""
    known = {column.key: cell for column, cell in zip(its, row.cells, strict=True)}
    empty = Cell(value=None, text=MISSING)
    return tuple(known.get(column.key, empty) for column in columns)


def _row(record: RunRecord, place: Place, cells: tuple[Cell, ...], locks: Locks) -> PageRow:
    group = place.group
    found = details(record, group)
    other = stale(group, locks)
    words = (
        group.name,
        group.service,
        place.limited_by,
        group.why,
        group.workload,
        other and STALE,
    )
    facts = [text for _, text in (*found.settings, *found.runs)]
    return PageRow(
        id=f"details-{group.workload}-{group.service}",
        framework=group.framework,
        folder=group.folder,
        workload=group.workload,
        ranked=place.ranked,
        limited_by=place.limited_by,
        search=" ".join([word for word in words if word] + facts).lower(),
        stale=other,
        cells=cells,
        details=found,
    )


def _chart(chart: Chart) -> dict[str, object]:
    return {
        "kind": chart.kind,
        "name": chart.name,
        "text": chart.text,
        "workload": chart.workload,
        "framework": chart.framework,
        "spec": chart.spec,
    }
