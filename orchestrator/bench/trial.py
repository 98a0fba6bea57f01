"""One trial: start, verify, load, stop. Whatever goes wrong becomes a row, never the run's end."""

from __future__ import annotations

from dataclasses import replace

from orchestrator import checks, contract
from orchestrator.bench import measure
from orchestrator.bench.sampler import Sampler
from orchestrator.contract import Probe
from orchestrator.errors import TrialFailed, tail
from orchestrator.model.entry import Manifest
from orchestrator.model.load import LoadFailed, LoadResult, Tick
from orchestrator.model.record import (
    Caveat,
    LocustTotals,
    Outcome,
    Phase,
    Server,
    TrialRecord,
)
from orchestrator.model.sample import Sample
from orchestrator.model.settings import Plan, PlannedTrial
from orchestrator.ports import (
    Clock,
    Container,
    ContainerState,
    Engine,
    Image,
    Load,
    LoadGenerator,
    Progress,
    ResultStore,
)

READY_WITHIN_S = 30.0
SLOW_STOP_S = 2.0


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

    def run(self, image: Image, progress: Progress) -> TrialRecord:
        """The trial's row: measured, or failed with phase, reason and log tail."""
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
        return replace(record, wall_s=self._clock.monotonic() - begin)

    def _measure(self, image: Image, progress: Progress) -> None:
        with self._engine.start(self._trial.entry.container) as server:
            self._know(server=replace(self._record.server, image_id=image.id, base=image.base))
            start_s = self._verify(server)
            idle = server.sample()
            try:
                result, samples = self._load(server, progress)
            finally:
                log = server.logs()
                self._store.save_raw(self._trial, {"server": log})
            state = server.state()
            stop_s = server.stop() if state.running else None
            self._conclude(result, samples, idle, state, image, start_s, stop_s)
        if not state.running:
            memory = " (out of memory)" if state.oom_killed else ""
            raise TrialFailed(
                Phase.LOAD,
                f"the server ended under load with exit code {state.exit_code}{memory}",
                tail(log),
            )

    def _verify(self, server: Container) -> float:
        """Check the contract; seconds from the container's start to its first answer."""
        paths = [self._trial.expectation.path]
        probe = server.probe(paths, READY_WITHIN_S)
        self._know(
            nofile=probe.nofile,
            server=replace(
                self._record.server, python=probe.python, versions=self._versions(probe)
            ),
        )
        found = contract.problems(probe, [self._trial.expectation], self._trial.entry.manifest)
        if found:
            raise TrialFailed(Phase.VERIFY, "; ".join(found), tail(server.logs()))
        return probe.answered_at - server.state().started_at

    def _versions(self, probe: Probe) -> dict[str, str]:
        names = map(contract.normalized, self._trial.entry.manifest.packages)
        return {name: probe.distributions[name] for name in names if name in probe.distributions}

    def _load(self, server: Container, progress: Progress) -> tuple[LoadResult, list[list[Sample]]]:
        workload = self._trial.expectation.workload
        with self._generator.at(server, workload, self._plan) as load:
            try:
                with Sampler([server, *load.workers]) as sampler:
                    result = self._follow(load, sampler, progress)
            except TrialFailed as failure:
                raise TrialFailed(failure.phase, failure.reason, tails(load.logs())) from failure
            finally:
                self._store.save_raw(self._trial, load.logs())
        return result, sampler.samples

    def _follow(self, load: Load, sampler: Sampler, progress: Progress) -> LoadResult:
        for event in load.events():
            if isinstance(event, Tick):
                progress.tick(event, sampler.latest_cpu(0))
            elif isinstance(event, LoadFailed):
                raise TrialFailed(Phase.LOAD, event.reason)
            elif isinstance(event, LoadResult):
                return event
        raise TrialFailed(Phase.LOAD, "the Locust master ended without a result")

    def _conclude(
        self,
        result: LoadResult,
        samples: list[list[Sample]],
        idle: Sample | None,
        state: ContainerState,
        image: Image,
        start_s: float,
        stop_s: float | None,
    ) -> None:
        totals, hold = measure.totals(result), measure.hold(result)
        server_samples, worker_samples = samples[0], samples[1:]
        steps = measure.steps(result, server_samples, worker_samples)
        verdict, evidence = checks.limited_by(steps, totals)
        caveats = checks.trial_caveats(result, hold, verdict, image.base)
        self._know(
            workers=result.workers,
            totals=totals,
            hold=hold,
            hold_users=next((s.users for s in result.steps if s.phase == measure.HOLD), None),
            steps=steps,
            breaking_users=measure.breaking_users(result),
            failures_by_kind=measure.failures_by_kind(result),
            unfinished=result.unfinished,
            connects=result.connects,
            server_closes=result.server_closes,
            limited_by=verdict,
            limited_by_evidence=evidence,
            resources=measure.resources(
                result, server_samples, idle, state, image, start_s, stop_s
            ),
            histogram=measure.hold_histogram(result),
            locust=LocustTotals(
                requests=result.locust.requests,
                failures=result.locust.failures,
                rps=result.locust.rps,
                median_ms=result.locust.median_ms,
            ),
            caveats=caveats + _slow_stop(stop_s),
        )
        if (totals.requests, totals.failures) != (result.locust.requests, result.locust.failures):
            raise TrialFailed(
                Phase.LOAD,
                f"the lab counted {totals.requests} requests and {totals.failures} failures, "
                f"Locust {result.locust.requests} and {result.locust.failures}",
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


def _slow_stop(stop_s: float | None) -> tuple[Caveat, ...]:
    if stop_s is None or stop_s < SLOW_STOP_S:
        return ()
    return (
        Caveat(
            code="slow-stop",
            text=f"the server needed {stop_s:.1f} s to end after SIGTERM",
            remedy="see services/README.md: SIGTERM stops a service at once",
        ),
    )
