"""The lab's own client beside wrk on the same servers, counted by both ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from orchestrator.adapters import host
from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.compose import LOCUST_MASTER, LOCUST_WORKER, WRK, WRK_COUNTER
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.adapters.locust import LocustGenerator
from orchestrator.adapters.progress import ConsoleProgress, clock_time, on_stderr
from orchestrator.adapters.results_dir import CrossCheckFolder
from orchestrator.adapters.wrk import RequestCounter, Wrk, tools
from orchestrator.bench.crosscheck import Bench, check_all
from orchestrator.compare import problems, slice_profile
from orchestrator.errors import EnvironmentMissing, TrialFailed, UsageError
from orchestrator.model.crosscheck import CROSSCHECK_SCHEMA, CrossCheck, CrossCheckSettings
from orchestrator.model.entry import ContainerSpec
from orchestrator.model.settings import Layout, Plan, PlannedTrial, Settings
from orchestrator.plan import entry
from orchestrator.profiles import SPARE_FILES
from orchestrator.report.crosscheck import crosscheck_files
from orchestrator.report.crosscheck_tables import counts, rates
from orchestrator.wiring.catalogue import Catalogue, checked
from orchestrator.wiring.engine import engine_alone, placed_here, this_host

# Starting and removing the clients' containers, Locust's own start included.
PAIR_OVERHEAD_S = 5.0


def crosscheck(settings: CrossCheckSettings, command: str, results: Path) -> CrossCheck:
    """Check each service in turn; tells on stderr how it stands, prints the tables at the end.

    Raises:
        UsageError: the settings are wrong, before anything starts.
        EnvironmentMissing: no engine, no wrk, or another run measures.
    """
    known = checked(
        lambda there: problems(settings, there.services, there.workloads or (settings.workload,))
    )
    progress, folder = on_stderr(), CrossCheckFolder(results)
    with engine_alone(folder.path.name, progress) as engine:
        placed, containers = placed_here(engine, settings.network)
        plan = _plan(settings, known, placed, containers)
        folder.create()
        companions = (name for trial in plan.trials for name in trial.entry.images[1:])
        _build_others(engine, progress, companions)
        versions = tools(engine, containers[WRK])
        record = _blank(settings, plan, engine, folder.path.name, command, versions)
        progress.note(
            f"{len(plan.trials)} services, {settings.pairs} pairs each: about "
            f"{clock_time(_seconds(settings))}; report: {folder.path / 'crosscheck.md'}"
        )
        host.keep_to(placed.load_cpus)
        bench = Bench(
            engine=engine,
            lab=LocustGenerator(engine),
            wrk=Wrk(engine, containers[WRK], settings, plan.profile.request_timeout_s),
            server_end=RequestCounter(engine, containers[WRK_COUNTER]),
            progress=progress,
            clock=SystemClock(),
        )
        save = _saving(engine, folder)
        with nullcontext() if settings.network == "loopback" else engine.network():
            record = check_all(plan, record, bench, save)
    for table in (rates(record), counts(record)):
        ConsoleProgress().table(table.title, table.headings, table.shown)
    progress.note(f"report: {folder.path / 'crosscheck.md'}")
    return record


def _blank(
    settings: CrossCheckSettings,
    plan: Plan,
    engine: DockerEngine,
    run_id: str,
    command: str,
    versions: tuple[str, ...],
) -> CrossCheck:
    return CrossCheck(
        schema=CROSSCHECK_SCHEMA,
        run_id=run_id,
        started_at=SystemClock().utc(),
        finished_at=None,
        command=command,
        settings=settings,
        tools=versions,
        host=this_host(engine, plan.worker.nofile),
        layout=plan.layout,
    )


def _saving(engine: DockerEngine, folder: CrossCheckFolder) -> Callable[[CrossCheck], CrossCheck]:
    """What writes the files anew, with all that is known of the host since now."""
    ticks = host.cpu_ticks()

    def save(so_far: CrossCheck) -> CrossCheck:
        steal = host.steal_between(ticks, host.cpu_ticks())
        others = sorted({*so_far.neighbours, *engine.neighbours()})
        now = replace(so_far, host=replace(so_far.host, steal=steal), neighbours=tuple(others))
        folder.save(crosscheck_files(now))
        return now

    return save


def _seconds(settings: CrossCheckSettings) -> float:
    """How long it takes, the counted pair of each service included."""
    pair_s = 2 * settings.seconds + PAIR_OVERHEAD_S
    return len(settings.services) * (settings.pairs + 1) * pair_s


def _plan(
    settings: CrossCheckSettings,
    known: Catalogue,
    placed: Layout,
    containers: dict[str, ContainerSpec],
) -> Plan:
    """The cross-check as a run of one step a trial, with one worker, as wrk has one thread."""
    worker = containers[LOCUST_WORKER]
    most = worker.nofile - SPARE_FILES
    if settings.connections > most:
        raise UsageError(f"--connections {settings.connections}: this host allows {most}")
    return Plan(
        settings=Settings(
            services=settings.services,
            workloads=(settings.workload,),
            profile="crosscheck",
            duration_s=None,
            max_users=None,
            repeats=settings.pairs,
            seed=0,
            network=settings.network,
            client=settings.client,
        ),
        profile=slice_profile(settings),
        layout=replace(placed, load_cpus=placed.load_cpus[:1]),
        master=containers[LOCUST_MASTER],
        worker=worker,
        trials=tuple(
            PlannedTrial(
                entry=entry(known.manifests[name], containers),
                expectation=known.contract[settings.workload],
                repeat=1,
                order=order,
            )
            for order, name in enumerate(settings.services, 1)
        ),
    )


def _build_others(
    engine: DockerEngine, progress: ConsoleProgress, companions: Iterable[str]
) -> None:
    """The images of the clients, and of what services need beside them."""
    for service in dict.fromkeys((LOCUST_WORKER, WRK, *companions)):
        progress.note(f"building the image of {service}")
        try:
            engine.build(service)
        except TrialFailed as failure:
            raise EnvironmentMissing(f"{failure.reason}\n{failure.log_tail}") from failure
