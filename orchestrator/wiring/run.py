"""One run: plan, build, measure, report."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

from orchestrator.adapters import host, results_dir
from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.compose import LOCUST_MASTER, LOCUST_WORKER
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.adapters.locust import LocustGenerator
from orchestrator.adapters.progress import ConsoleProgress
from orchestrator.bench.run import build_all, missing_trials, run_all
from orchestrator.contract import endpoint
from orchestrator.errors import EnvironmentMissing, Interrupted, TrialFailed
from orchestrator.model.record import SCHEMA, RunRecord
from orchestrator.model.settings import Plan, Profile, Settings
from orchestrator.model.trial import Outcome
from orchestrator.plan import entry, plan
from orchestrator.wiring.catalogue import Catalogue, checked_for
from orchestrator.wiring.engine import engine_alone, placed_here, this_host
from orchestrator.wiring.host_watch import HostWatch
from orchestrator.wiring.report import publish


def run(settings: Settings, command: str, results: Path, resume: str | None) -> RunRecord:
    """Plan, build, measure, report; prints as it goes.

    Raises:
        UsageError: the settings are wrong, before anything starts.
        EnvironmentMissing: no engine, or another run measures.
        Interrupted: a person or a signal ended it while it did not measure.
    """
    known = checked_for(settings)
    folder, earlier = _folder(results, resume)
    try:
        if earlier is not None and _complete(earlier):
            ConsoleProgress().note(f"run {earlier.run_id} is complete: nothing is left to measure")
            record = earlier
        else:
            record = _measured(settings, known, command, folder, earlier)
        publish(record, folder, results)
    except KeyboardInterrupt as interrupt:
        raise Interrupted(_kept_in_words(folder)) from interrupt
    return record


def _measured(
    settings: Settings,
    known: Catalogue,
    command: str,
    folder: results_dir.RunFolder,
    earlier: RunRecord | None,
) -> RunRecord:
    """All that was missing of the run."""
    begin, progress = SystemClock().monotonic(), ConsoleProgress()
    with (
        engine_alone(folder.path.name, progress) as engine,
        HostWatch(engine, settings, earlier) as watch,
    ):
        planned = _plan(settings, known, engine, earlier.profile if earlier else None)
        record = earlier or _blank(planned, known, engine, folder.path.name, command)
        missing = missing_trials(planned, record)
        folder.create()
        folder.save(record)
        kept = len(planned.trials) - len(missing)
        progress.run_begins(planned, str(folder.path / results_dir.RECORD), kept=kept)
        builds = build_all(missing, engine, progress)
        if missing:
            _build_load(engine, progress)
        host.keep_to(planned.layout.load_cpus)
        setup_s = SystemClock().monotonic() - begin
        record = replace(record, setup_s=setup_s + (record.setup_s or 0))
        watch.measuring_begins()
        with _network(engine, settings.network):
            return run_all(
                planned,
                record,
                builds,
                engine,
                LocustGenerator(engine),
                folder,
                SystemClock(),
                progress,
                watch.seen,
            )


def resumable(results: Path, name: str) -> Settings:
    """What an earlier run was asked to do, so that the rest of it is done the same way.

    Raises:
        UsageError: no such run, or its record cannot be read.
    """
    return results_dir.load(results_dir.find_run(results, name)).settings


def _network(engine: DockerEngine, kind: str) -> AbstractContextManager[object]:
    return nullcontext() if kind == "loopback" else engine.network()


def _folder(results: Path, resume: str | None) -> tuple[results_dir.RunFolder, RunRecord | None]:
    if resume is None:
        return results_dir.RunFolder(results / results_dir.new_run_id()), None
    path = results_dir.find_run(results, resume)
    return results_dir.RunFolder(path), results_dir.load(path)


def _complete(record: RunRecord) -> bool:
    """Nothing is missing, not even what is known only at the end."""
    ended = record.finished_at is not None and not record.interrupted
    return ended and _measured_of(record) == record.settings.trials


def _measured_of(record: RunRecord) -> int:
    return sum(trial.outcome is Outcome.MEASURED for trial in record.trials)


def _kept_in_words(folder: results_dir.RunFolder) -> str:
    """What an interrupt leaves."""
    name = folder.path.name
    if not folder.has_record():
        return "interrupted before anything was measured"
    record = results_dir.load(folder.path)
    if _measured_of(record) == record.settings.trials:
        return f"interrupted: everything was measured; `lab run --resume {name}` makes its report"
    return (
        f"interrupted: {_measured_of(record)} of {record.settings.trials} trials are measured and "
        f"saved; go on with `lab run --resume {name}`"
    )


def _plan(
    settings: Settings, known: Catalogue, engine: DockerEngine, profile: Profile | None
) -> Plan:
    placed, containers = placed_here(engine, settings.network)
    entries = {
        name: entry(manifest, containers)
        for name, manifest in known.manifests.items()
        if name in containers
    }
    return plan(
        settings,
        entries,
        known.contract,
        placed,
        containers[LOCUST_MASTER],
        containers[LOCUST_WORKER],
        profile,
    )


def _build_load(engine: DockerEngine, progress: ConsoleProgress) -> None:
    progress.note("building the image of locust")
    try:
        engine.build(LOCUST_WORKER)
    except TrialFailed as failure:
        raise EnvironmentMissing(f"{failure.reason}\n{failure.log_tail}") from failure


def _blank(
    planned: Plan, known: Catalogue, engine: DockerEngine, run_id: str, command: str
) -> RunRecord:
    return RunRecord(
        schema=SCHEMA,
        run_id=run_id,
        started_at=SystemClock().utc(),
        finished_at=None,
        command=command,
        seed=planned.settings.seed,
        settings=planned.settings,
        profile=planned.profile,
        host=this_host(engine, planned.worker.nofile),
        layout=planned.layout,
        contract={name: endpoint(known.contract[name]) for name in planned.settings.workloads},
    )
