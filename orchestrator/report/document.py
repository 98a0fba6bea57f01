"""Writes a run's report as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orchestrator.model.catalogue import described
from orchestrator.model.entry import OWN_SERVER
from orchestrator.model.finding import Finding
from orchestrator.model.lock import Locks
from orchestrator.model.record import RunRecord
from orchestrator.model.settings import Profile
from orchestrator.report.at_once import launched
from orchestrator.report.charts import Chart
from orchestrator.report.doubts import doubts
from orchestrator.report.observed import runs_in_a_line
from orchestrator.report.own import is_own
from orchestrator.report.place import on_python, where
from orchestrator.report.small_document import state
from orchestrator.report.stale import stale_rows
from orchestrator.report.table import Table, code, markdown, one_line


def document(
    record: RunRecord,
    tables: Sequence[Table],
    charts: Sequence[Chart],
    beside: Sequence[Table],
    findings: Sequence[Finding],
    locks: Locks,
) -> str:
    """``report.md``: the run's tables and charts, what was published beside them, and the doubts.

    Args:
        charts: for each, an SVG file with its name is beside the document.
        beside: tables that compare the run with the publication of 2019; may be empty.
        findings: the audit's findings about the record.
        locks: what the lock of each service pins today.
    """
    parts = (
        _head(record),
        _audit(findings),
        _tables(tables),
        _charts(charts),
        _beside(beside),
        _end(record, locks),
    )
    return "\n".join(line for part in parts for line in part)


def _audit(findings: Sequence[Finding]) -> Iterator[str]:
    if findings:
        yield "## The audit has doubts\n"
        yield from (
            f"- {one_line(one.row)}: {one_line(one.text)} (`{one.rule}`)" for one in findings
        )
        yield ""


def _charts(charts: Sequence[Chart]) -> Iterator[str]:
    if charts:
        yield "## Charts\n"
    yield from (f"![{one_line(chart.title)}]({chart.name}.svg)\n" for chart in charts)


def _beside(beside: Sequence[Table]) -> Iterator[str]:
    if beside:
        yield "## Published in 2019, measured here\n"
        yield from _tables(beside, "###")


def _end(record: RunRecord, locks: Locks) -> Iterator[str]:
    yield "## Where\n"
    at = where(record.host, record.layout, record.memory, record.settings.python)
    yield from (f"- {one_line(line)}" for line in at)
    yield ""
    yield from _servers(record)
    yield from _stale(stale_rows(record, locks))
    yield "## Caveats\n"
    yield from caveats(record)
    yield ""


def _head(record: RunRecord) -> Iterator[str]:
    profile = record.profile
    yield f"# Run {record.run_id}\n"
    yield f"{code(record.command)}, profile `{profile.name}`,"
    yield f"{profile.load_s:g} s per trial, client `{record.settings.client}`,"
    yield f"seed {record.seed},"
    if record.settings.python is not None:
        yield f"{on_python(record.settings.python)},"
    yield f"started {record.started_at}{state(record)}.\n"
    if of_set := described(record.settings.set_name):
        yield f"{of_set}\n"
    steps = ", ".join(f"{users:,}" for users in profile.users)
    yield f"Steps of {profile.step_s:g} s with {steps} users;"
    yield f"timeouts: {profile.connect_timeout_s:.3g} s to connect,"
    yield f"{profile.request_timeout_s:.3g} s for a whole request.\n"
    if profile.open_s:
        yield f"{_open_loop(profile)}\n"
    if launched(record):
        yield f"{_at_once(record)}\n"
    yield "The same report as a page, with charts and with details for each row:"
    yield "[index.html](index.html).\n"


def _tables(tables: Sequence[Table], level: str = "##") -> Iterator[str]:
    for table in tables:
        yield from in_section(table, level)


def in_section(table: Table, level: str = "##") -> Iterator[str]:
    """A heading with the table's title, and the table."""
    yield f"{level} {table.title[:1].upper()}{table.title[1:]}\n"
    yield markdown(table)


def caveats(record: RunRecord) -> Iterator[str]:
    """All doubts as items of a list, or "None."."""
    found = doubts(record)
    for doubt in found:
        said = f": {one_line(doubt.text)}" if doubt.text else ""
        name = f" (`{doubt.code}`; remedy: {one_line(doubt.remedy or '')})"
        yield f"- {one_line(doubt.where)}{said}{name if doubt.code else ''}"
    if not found:
        yield "None."


def _open_loop(profile: Profile) -> str:
    rates = [f"{share:.0%}" for share in profile.open_shares]
    said = [f"{', '.join(rates)} of the hold's rate"] if rates else []
    said += [f"{profile.open_rate:,g} requests/s"] if profile.open_rate is not None else []
    return (
        f"Then the open loop, {profile.open_s:g} s each at {' and at '.join(said)}:\n"
        "each latency counts from the moment at which the request was due."
    )


def _at_once(record: RunRecord) -> str:
    counts = ", ".join(f"{len(one.launches)} of {one.workload}" for one in record.together)
    return (
        f"After the trials all services were up at once: launches of new containers, {counts}.\n"
        "The first table of each workload ranks by them."
    )


def _stale(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    if rows:
        yield "## Stale rows\n"
        yield "Measured with other versions than those that the locks pin today:\n"
        yield from (f"- {one_line(name)}: {one_line(text)}" for name, text in rows)
        yield ""


def _servers(record: RunRecord) -> Iterator[str]:
    yield "## Servers\n"
    if is_own(record):
        notes = (note for trial in record.trials for note in trial.server.notes)
        yield from (f"- {one_line(note)}" for note in dict.fromkeys(notes))
    seen: set[str] = set()
    for trial in sorted(record.trials, key=lambda t: t.service):
        if trial.service in seen or not trial.server.versions:
            continue
        seen.add(trial.service)
        server = trial.server
        versions = ", ".join(f"{name} {version}" for name, version in server.versions.items())
        keep = "keep-alive" if server.keep_alive else "closes after each response"
        own = server.server == OWN_SERVER
        kind = "its own server" if own else one_line(f"{server.server} ({server.interface})")
        python = (server.python or "unknown").split()[0]
        yield f"- **{one_line(server.name)}**: {kind}, {keep},"
        yield f"  backlog {server.backlog}, {one_line(versions)}, Python {one_line(python)}"
        if runs := runs_in_a_line(server):
            yield f"  (what runs: {one_line(runs)})"
    yield ""
