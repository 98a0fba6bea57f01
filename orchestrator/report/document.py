"""The files of ``report/``: what a person reads, rebuilt from ``run.json`` alone."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.model.record import Caveat, Outcome, RunRecord, TrialRecord
from orchestrator.report.tables import csv_text, markdown, one_line, tables


def report_files(record: RunRecord) -> dict[str, str]:
    """File name -> text: ``report.md`` and a CSV for each table."""
    files = {"report.md": "\n".join(_report(record))}
    for table in tables(record):
        kind = "2019" if "2019" in table.title else "hold"
        files[f"{table.title.split(':')[0]}-{kind}.csv"] = csv_text(table)
    return files


def _report(record: RunRecord) -> Iterator[str]:
    host, layout = record.host, record.layout
    yield f"# Run {record.run_id}\n"
    yield f"`{record.command}`, profile `{record.profile.name}`,"
    yield f"{record.profile.duration_s:g} s a trial, seed {record.seed},"
    yield f"begun {record.started_at}{', interrupted' if record.interrupted else ''}.\n"
    profile = record.profile
    steps = ", ".join(f"{users:,}" for users in profile.users)
    yield f"Steps of {profile.step_s:g} s with {steps} users;"
    yield f"timeouts: {profile.connect_timeout_s:g} s to connect,"
    yield f"{profile.request_timeout_s:g} s for a whole request.\n"
    for table in tables(record):
        yield f"## {table.title[:1].upper()}{table.title[1:]}\n"
        yield markdown(table)
    yield "## Where\n"
    memory = f"{host.memory_bytes / 2**30:.1f} GiB"
    yield f"- {host.cpu_model or 'unknown CPU'}, {host.cpus} CPUs, {memory}, {host.os}"
    yield f"- kernel {host.kernel}, Docker {host.docker_version}, cgroup v{host.cgroup_version}"
    loads = ", ".join(map(str, layout.load_cpus))
    yield f"- server on CPU {layout.server_cpu}, load on CPU {loads}, network: {layout.network}"
    yield f"- open files for each container: {host.nofile:,}"
    yield f"- lab {host.lab_version}, commit {host.lab_commit or 'unknown'}\n"
    yield from _servers(record)
    yield from _doubts(record)


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


def _doubts(record: RunRecord) -> Iterator[str]:
    yield "## Caveats\n"
    lines = [f"- every row: {_caveat(caveat)}" for caveat in record.caveats]
    shared: dict[Caveat, list[str]] = {}
    for trial in record.trials:
        where = f"{trial.server.name} {trial.workload}"
        if record.settings.repeats > 1:
            where += f" (repeat {trial.repeat})"
        if trial.outcome is not Outcome.MEASURED:
            lines.append(f"- {where}: {_outcome(trial)}")
        for caveat in trial.caveats:
            shared.setdefault(caveat, []).append(where)
    lines += [f"- {', '.join(sorted(rows))}: {_caveat(doubt)}" for doubt, rows in shared.items()]
    yield from lines or ["None."]
    yield ""


def _caveat(caveat: Caveat) -> str:
    return f"{one_line(caveat.text)} (`{caveat.code}`; to remove it: {caveat.remedy})"


def _outcome(trial: TrialRecord) -> str:
    phase = f" in {trial.phase}" if trial.phase else ""
    return f"{trial.outcome}{phase}: {one_line(trial.reason or 'no reason')}"
