"""One trial: start, verify, load, stop. Whatever goes wrong becomes a row, never the run's end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from orchestrator import contract
from orchestrator.bench import measure
from orchestrator.bench.conclude import concluded
from orchestrator.bench.observed import Observed
from orchestrator.bench.package import own_package, sized
from orchestrator.bench.raw import RawFiles
from orchestrator.bench.sampler import Sampler
from orchestrator.contract import Probe
from orchestrator.errors import TrialFailed, tail
from orchestrator.model.entry import Manifest
from orchestrator.model.load import LoadFailed, LoadFile, LoadResult, Ready, Tick
from orchestrator.model.sample import Sample
from orchestrator.model.settings import Plan, PlannedTrial
from orchestrator.model.trial import Outcome, Phase, Server, TrialRecord
from orchestrator.ports import (
    Clock,
    Container,
    Engine,
    Image,
    Load,
    LoadGenerator,
    Progress,
    ResultStore,
)

READY_WITHIN_S = 30.0


def planned_record(trial: PlannedTrial, outcome: Outcome, **fields: object) -> TrialRecord:
    """The row of a trial as far as it is known before it runs."""
    blank = TrialRecord(
        service=trial.entry.manifest.id,
        workload=trial.expectation.workload,
        repeat=trial.repeat,
        order=trial.order,
        outcome=outcome,
        server=server_facts(trial.entry.manifest),
    )
    return replace(blank, **fields)  # type: ignore[arg-type]


def server_facts(manifest: Manifest) -> Server:
    """What the manifest says of the server."""
    return Server(
        name=manifest.name,
        server=manifest.server,
        workers=manifest.workers,
        threads=manifest.threads,
        keep_alive=manifest.keep_alive,
        backlog=manifest.backlog,
        interface=manifest.interface,
        event_loop=manifest.event_loop,
        notes=manifest.notes,
    )


class Trial:
    """Runs one planned trial and keeps what became known of it, so that a failure loses nothing."""

    def __init__(
        self,
        plan: Plan,
        trial: PlannedTrial,
        engine: Engine,
        generator: LoadGenerator,
        store: ResultStore,
        clock: Clock,
    ) -> None:
        self._plan = plan
        self._trial = trial
        self._engine = engine
        self._generator = generator
        self._store = store
        self._clock = clock
        self._record = planned_record(trial, Outcome.FAILED, started_at=clock.utc())
        self._raw = RawFiles()

    def run(self, image: Image, progress: Progress) -> TrialRecord:
        """The trial's row: measured, or failed with phase, reason and log tail.

        Its raw files are saved with it. An interrupted trial leaves neither: it did not run yet.
        """
        begin = self._clock.monotonic()
        try:
            self._measure(image, progress)
            record = replace(self._record, outcome=Outcome.MEASURED)
        except TrialFailed as failure:
            record = replace(
                self._record,
                phase=failure.phase,
                reason=failure.reason,
                log_tail=failure.log_tail or None,
            )
        raw = self._store.save_raw(self._trial, self._raw.files)
        return replace(record, raw=raw, wall_s=self._clock.monotonic() - begin)

    def _measure(self, image: Image, progress: Progress) -> None:
        with (
            self._engine.start(self._trial.entry.container) as server,
            self._logged(server),
        ):
            self._know(server=replace(self._record.server, image_id=image.id, base=image.base))
            start_s = self._verify(server)
            idle, overflows = server.sample(), server.listen_overflows()
            self._raw.keep_samples("server", [idle] if idle else [])
            result, samples = self._load(server, progress)
            state = server.state()
            overflows = risen(overflows, server.listen_overflows())
            package = sized(self._record.server.package, server.install_bytes())
            self._know(server=replace(self._record.server, package=package))
            stop_s = server.stop() if state.running else None
            self._conclude(
                result,
                Observed(
                    server=samples[0],
                    workers=samples[1:],
                    idle=idle,
                    state=state,
                    image=image,
                    start_s=start_s,
                    stop_s=stop_s,
                    listen_overflows=overflows,
                    one_namespace=self._plan.layout.network == "loopback",
                    shared=self._plan.layout.shared,
                ),
            )
            if not state.running:
                memory = " (out of memory)" if state.oom_killed else ""
                raise TrialFailed(
                    Phase.LOAD,
                    f"the server ended under load with exit code {state.exit_code}{memory}",
                    tail(server.logs()),
                )

    @contextmanager
    def _logged(self, server: Container) -> Iterator[None]:
        """Keep the server's log, whatever happens to it."""
        try:
            yield
        finally:
            with suppress(TrialFailed):  # what there was to tell of it has been told
                self._raw.keep_log("server", server.logs())

    def _verify(self, server: Container) -> float:
        """Check the contract; seconds from the container's start to its first answer."""
        paths = [self._trial.expectation.path]
        probe = server.probe(paths, READY_WITHIN_S)
        self._know(
            nofile=probe.nofile,
            server=replace(
                self._record.server,
                python=probe.python,
                versions=self._versions(probe),
                package=own_package(self._trial.entry.manifest, probe),
            ),
        )
        found = contract.problems(probe, [self._trial.expectation], self._trial.entry.manifest)
        if found:
            raise TrialFailed(Phase.VERIFY, "; ".join(found), tail(server.logs()))
        return probe.answered_at - server.state().started_at

    def _versions(self, probe: Probe) -> dict[str, str]:
        names = map(contract.normalized, self._trial.entry.manifest.packages)
        found = probe.distributions
        return {name: found[name].version for name in names if name in found}

    def _load(self, server: Container, progress: Progress) -> tuple[LoadResult, list[list[Sample]]]:
        workload = self._trial.expectation.workload
        with self._generator.at(server, workload, self._plan) as load:
            sampler = Sampler([server, *load.workers])
            try:
                with sampler:
                    result = self._follow(load, sampler, progress)
            except TrialFailed as failure:
                raise TrialFailed(failure.phase, failure.reason, tails(load.logs())) from failure
            finally:
                samples = sampler.taken()
                self._keep(load, samples)
        return result, samples

    def _keep(self, load: Load, samples: list[list[Sample]]) -> None:
        names = ["server", *(f"worker-{i}" for i in range(1, len(samples)))]
        for name, readings in zip(names, samples, strict=True):
            self._raw.keep_samples(name, readings)
        with suppress(TrialFailed):
            for name, log in load.logs().items():
                self._raw.keep_log(name, log)

    def _follow(self, load: Load, sampler: Sampler, progress: Progress) -> LoadResult:
        for event in load.events():
            if isinstance(event, Ready):
                self._know(load_versions=event.versions)
            elif isinstance(event, Tick):
                progress.tick(event, sampler.latest_cpu(0))
            elif isinstance(event, LoadFile):
                self._raw.keep_file(event)
            elif isinstance(event, LoadFailed):
                raise TrialFailed(Phase.LOAD, event.reason)
            elif isinstance(event, LoadResult):
                return event
        raise TrialFailed(Phase.LOAD, "the Locust master ended without a result")

    def _conclude(self, result: LoadResult, observed: Observed) -> None:
        self._record = concluded(self._record, result, observed)
        totals, locust = measure.totals(result), result.locust
        if (totals.requests, totals.failures) != (locust.requests, locust.failures):
            raise TrialFailed(
                Phase.LOAD,
                f"the lab counted {totals.requests} requests and {totals.failures} failures, "
                f"Locust {locust.requests} and {locust.failures}",
            )

    def _know(self, **fields: object) -> None:
        self._record = replace(self._record, **fields)  # type: ignore[arg-type]


def tails(logs: dict[str, str]) -> str:
    """The last lines of several logs, each under its name; without the lab's own events."""
    spoken = {
        name: "\n".join(line for line in log.splitlines() if not line.startswith('{"lab"'))
        for name, log in logs.items()
    }
    return "\n".join(f"--- {name}\n{tail(log)}" for name, log in spoken.items())


def risen(before: int | None, after: int | None) -> int | None:
    """By how much a counter rose; None where one of its readings is missing."""
    return None if before is None or after is None else after - before
