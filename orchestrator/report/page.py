"""Makes the page of a run: one file that opens from disk and needs no network."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from orchestrator.model.catalogue import described
from orchestrator.model.finding import Finding
from orchestrator.model.lock import Locks
from orchestrator.model.published import Published
from orchestrator.model.record import RunRecord
from orchestrator.model.trial import Outcome
from orchestrator.report.at_once import launched
from orchestrator.report.charts import Chart, ChartKind, ramp_charts
from orchestrator.report.doubts import doubts
from orchestrator.report.fixed_rate import ranks_by_cost
from orchestrator.report.headline import headline
from orchestrator.report.own import is_own
from orchestrator.report.page_rows import all_columns, page_rows
from orchestrator.report.place import where
from orchestrator.report.ranking import explained
from orchestrator.report.reproduce import checkout
from orchestrator.report.svg import library
from orchestrator.report.table import Table
from orchestrator.report.templating import Links, environment, policy, source
from orchestrator.report.theme import DARK, LIGHT

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
    columns = all_columns(headlines)
    rows = page_rows(record, headlines, columns, locks)
    script = source("page.js")
    return environment().get_template("page.html").render(
        record=record,
        own=is_own(record),
        measured=sum(trial.outcome is Outcome.MEASURED for trial in record.trials),
        not_offered=sum(trial.outcome is Outcome.NOT_OFFERED for trial in record.trials),
        of_set=described(record.settings.set_name),
        root=links.root,
        in_results=links.index,
        text=explained(headlines),
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


def _chart(chart: Chart) -> dict[str, object]:
    return {
        "kind": chart.kind,
        "name": chart.name,
        "text": chart.text,
        "workload": chart.workload,
        "framework": chart.framework,
        "spec": chart.spec,
    }
