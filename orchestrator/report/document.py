"""The files of ``report/``: what a person reads, rebuilt from ``run.json`` alone."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.model.record import RunRecord
from orchestrator.model.settings import Profile
from orchestrator.report.doubts import doubts
from orchestrator.report.place import where
from orchestrator.report.table import csv_text, markdown
from orchestrator.report.tables import tables


def report_files(record: RunRecord) -> dict[str, str]:
    """File name -> text: ``report.md`` and a CSV for each table."""
    files = {"report.md": "\n".join(_report(record))}
    files |= {f"{table.name}.csv": csv_text(table) for table in tables(record)}
    return files


def _report(record: RunRecord) -> Iterator[str]:
    yield f"# Run {record.run_id}\n"
    yield f"`{record.command}`, profile `{record.profile.name}`,"
    yield f"{record.profile.load_s:g} s a trial, client `{record.settings.client}`,"
    yield f"seed {record.seed},"
    yield f"begun {record.started_at}{', interrupted' if record.interrupted else ''}.\n"
    profile = record.profile
    steps = ", ".join(f"{users:,}" for users in profile.users)
    yield f"Steps of {profile.step_s:g} s with {steps} users;"
    yield f"timeouts: {profile.connect_timeout_s:g} s to connect,"
    yield f"{profile.request_timeout_s:g} s for a whole request.\n"
    if profile.open_s:
        yield f"{_open_loop(profile)}\n"
    for table in tables(record):
        yield f"## {table.title[:1].upper()}{table.title[1:]}\n"
        yield markdown(table)
    yield "## Where\n"
    yield from where(record.host, record.layout)
    yield ""
    yield from _servers(record)
    yield "## Caveats\n"
    yield from doubts(record)
    yield ""


def _open_loop(profile: Profile) -> str:
    rates = [f"{share:.0%}" for share in profile.open_shares]
    said = [f"{', '.join(rates)} of the hold's rate"] if rates else []
    said += [f"{profile.open_rate:,g} requests/s"] if profile.open_rate is not None else []
    return (
        f"Then the open loop, {profile.open_s:g} s each at {' and at '.join(said)}:\n"
        "latencies count from the moment at which a request was due."
    )


def _servers(record: RunRecord) -> Iterator[str]:
    yield "## Servers\n"
    seen: set[str] = set()
    for trial in sorted(record.trials, key=lambda t: t.service):
        if trial.service in seen or not trial.server.versions:
            continue
        seen.add(trial.service)
        server = trial.server
        versions = ", ".join(f"{name} {version}" for name, version in server.versions.items())
        keep = "keep-alive" if server.keep_alive else "closes after each response"
        kind = (
            "its own server" if server.server == "own" else f"{server.server} ({server.interface})"
        )
        yield f"- **{server.name}**: {kind}, {keep},"
        yield f"  backlog {server.backlog}, {versions}, Python {(server.python or '').split()[0]}"
    yield ""
