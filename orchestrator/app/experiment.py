"""The steps around every experiment: checks, placement, images, saving, report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from orchestrator.app.catalogue import checked
from orchestrator.app.engine import placed_here, this_host
from orchestrator.app.host_watch import HostWatch
from orchestrator.app.pythons import alone_on
from orchestrator.app.report import console, publish
from orchestrator.app.variants import variant_problems
from orchestrator.bench.bench import Bench
from orchestrator.bench.build import build_all
from orchestrator.entries import usual
from orchestrator.errors import EnvironmentMissing, Interrupted, TrialFailed
from orchestrator.experiments.carry_out import carried_out
from orchestrator.experiments.experiment import AnyPlan, Experiment, Facts, P, R, S
from orchestrator.files import results_dir
from orchestrator.interrupts import shielded
from orchestrator.model.catalogue import Catalogue
from orchestrator.model.placement import THIS_HOST, Network, Placement
from orchestrator.ports import Progress
from orchestrator.world import World
from orchestrator.world.engine import Connection, Engine


def measure(
    world: World,
    experiment: Experiment[S, P, R],
    settings: S,
    command: str,
    results: Path,
    resume: str | None = None,
    *,
    tables: bool = True,
) -> R:
    """Plan, build, measure and report, with progress for people.

    Args:
        resume: the run to resume; ``settings`` are then those of its record.
        tables: whether to print the tables at the end.

    Raises:
        UsageError: something is wrong with the settings or files, before anything starts.
        EnvironmentMissing: no engine answers, or another run measures.
        Interrupted: a person or a signal ended it outside the measurement.
    """
    known = checked(
        world,
        lambda there: [
            *experiment.problems(settings, there),
            *variant_problems(world, there, lambda: experiment.variants(settings)),
        ],
    )
    folder, earlier = _folder(experiment, results, resume)
    try:
        if earlier is not None and experiment.resuming and experiment.resuming.complete(earlier):
            note = f"run {earlier.run_id} is complete: nothing is left to measure"
            console(world, experiment).note(note)
            record = earlier
        else:
            record = _measured(world, experiment, settings, known, command, folder, earlier)
        publish(world, experiment, record, folder, results, tables=tables)
    except KeyboardInterrupt as interrupt:
        raise Interrupted(_kept_in_words(experiment, folder)) from interrupt
    return record


def resumed(experiment: Experiment[S, P, R], results: Path, name: str) -> R:
    """The record of an earlier run.

    Raises:
        UsageError: no such run, or its record cannot be read.
    """
    saved = experiment.saved
    path = results_dir.find_run(results, name, saved.file)
    return results_dir.read_record(path / saved.file, saved.read)


def _measured(
    world: World,
    experiment: Experiment[S, P, R],
    settings: S,
    known: Catalogue,
    command: str,
    folder: results_dir.RunFolder,
    earlier: R | None,
) -> R:
    """Measure what the run still lacks."""
    begin, progress = world.clock.monotonic(), console(world, experiment)
    asked = [known.contract[name] for name in settings.workloads]
    with (
        alone_on(world, settings.python, asked, folder.path.name, progress) as (world, connection),
        HostWatch(world, connection.engine) as watch,
    ):
        placed = placed_here(world, connection.engine, settings.network)
        plan = experiment.plan(settings, known, placed, earlier)
        record = earlier or experiment.blank(plan, _facts(world, connection, plan, command, folder))
        folder.create()
        folder.save(experiment.saved.files(record), finished=record.finished_at is not None)
        progress.run_begins(experiment.outlook(plan, record), str(folder.record))
        missing = experiment.left(plan, record)
        images = build_all(missing, connection.engine, progress)
        if missing:
            tools = (*experiment.tools, *experiment.more_tools(plan))
            _build_tools(connection.engine, tools, progress)
        serving, loading = _connected(plan.loading.placement, {THIS_HOST: connection})
        bench = Bench(
            engine=serving.engine,
            load=loading.load,
            containers=placed.containers,
            images=images,
            setup_s=world.clock.monotonic() - begin,
            raw=folder,
            clock=world.clock,
            progress=progress,
            contract={one.workload: one for one in usual(known.contract.values())},
        )
        world.host.keep_to(plan.loading.placement.load_cpus)
        watch.measuring_begins()
        save = _saving(experiment, folder, watch, earlier)
        with _network(connection.engine, settings.network):
            return carried_out(experiment, plan, record, bench, save)


def _connected(
    placement: Placement, connections: Mapping[str, Connection]
) -> tuple[Connection, Connection]:
    """The engines that the placement names: the one that serves, and the one that loads."""
    return connections[placement.server_engine], connections[placement.load_engine]


def _facts(
    world: World, connection: Connection, plan: AnyPlan, command: str, folder: results_dir.RunFolder
) -> Facts:
    return Facts(
        run_id=folder.path.name,
        started_at=world.clock.utc(),
        command=command,
        host=this_host(world, connection.engine, plan.loading.worker.nofile),
    )


def _saving(
    experiment: Experiment[S, P, R],
    folder: results_dir.RunFolder,
    watch: HostWatch,
    earlier: R | None,
) -> Callable[[R], R]:
    """Make the function that saves the record with what was seen of the host so far."""

    def save(record: R) -> R:
        with shielded():
            known = experiment.watched(record, earlier, watch.seen())
            folder.save(experiment.saved.files(known), finished=known.finished_at is not None)
        return known

    return save


def _folder(
    experiment: Experiment[S, P, R], results: Path, resume: str | None
) -> tuple[results_dir.RunFolder, R | None]:
    saved = experiment.saved
    if resume is None:
        path = results / f"{saved.prefix}{results_dir.new_run_id()}"
        return results_dir.RunFolder(path, record=saved.file, raw=saved.raw), None
    path = results_dir.find_run(results, resume, saved.file)
    folder = results_dir.RunFolder(path, record=saved.file, raw=saved.raw)
    return folder, results_dir.read_record(folder.record, saved.read)


def _network(engine: Engine, network: Network) -> AbstractContextManager[object]:
    return engine.network() if network is Network.BRIDGE else nullcontext()


def _build_tools(engine: Engine, tools: Sequence[str], progress: Progress) -> None:
    for service in tools:
        progress.note(f"building the image of {service}")
        try:
            engine.build(service)
        except TrialFailed as failure:
            raise EnvironmentMissing(f"{failure.reason}\n{failure.log_tail}") from failure


def _kept_in_words(experiment: Experiment[S, P, R], folder: results_dir.RunFolder) -> str:
    """A message that says what was saved before the interrupt."""
    if not folder.has_record():
        return "interrupted before anything was measured"
    if experiment.resuming is None:
        return f"interrupted: the record so far is in {folder.path}"
    record = results_dir.read_record(folder.record, experiment.saved.read)
    return f"interrupted: {experiment.resuming.kept(record)}"
