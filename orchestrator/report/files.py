"""The files of ``report/``. They are made from a record, and can be made again at any time."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.model.finding import Finding
from orchestrator.model.lock import Locks
from orchestrator.model.published import Published
from orchestrator.model.record import RunRecord
from orchestrator.report.charts import charts
from orchestrator.report.document import document
from orchestrator.report.page import page
from orchestrator.report.svg import svg
from orchestrator.report.table import Table, csv_text, json_text
from orchestrator.report.tables import tables
from orchestrator.report.templating import Links
from orchestrator.report.theme import LIGHT
from orchestrator.words import printable


def report_files(
    record: RunRecord,
    *,
    published: Published | None = None,
    beside: Sequence[Table] = (),
    findings: Sequence[Finding] = (),
    links: Links | None = None,
    locks: Locks | None = None,
) -> dict[str, str]:
    """File name -> text: the document, the page, each table as CSV and JSON, each chart as SVG.

    The same record, published data and locks give the same bytes on every machine.
    """
    own, drawn = tables(record), charts(record)
    files = {
        "report.md": printable(document(record, own, drawn, beside, findings, locks or {})),
        "index.html": page(
            record,
            own,
            drawn,
            published=published,
            beside=beside,
            findings=findings,
            links=links or Links(),
            locks=locks or {},
        ),
    }
    for table in (*own, *beside):
        files[f"{table.name}.csv"] = printable(csv_text(table))
        files[f"{table.name}.json"] = printable(json_text(table))
    for chart in drawn:
        files[f"{chart.name}.svg"] = svg(chart.spec, LIGHT)
    return files
