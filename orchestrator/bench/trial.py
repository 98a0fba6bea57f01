"""One trial: start, verify, load, stop. Whatever goes wrong becomes a row, never the run's end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

from labwire.events import LoadFailed, LoadFile, LoadResult, Ready, Tick
from orchestrator import contract
from orchestrator.bench import measure
from orchestrator.bench.conclude import concluded
from orchestrator.bench.observed import Observed
from orchestrator.bench.package import own_package, sized
from orchestrator.bench.raw import RawFiles
from orchestrator.bench.rows import planned_record
from orchestrator.bench.sampler import Sampler
from orchestrator.bench.verify import EndedAtStart, check, probed
from orchestrator.contract import Probe
from orchestrator.doubts.trial import afterwards, intervention_caveats, stop_caveats
from orchestrator.errors import TrialFailed, tail, unforeseen
from orchestrator.interrupts import shielded
from orchestrator.model.sample import Sample
from orchestrator.model.settings import Plan, PlannedTrial
from orchestrator.model.trial import Caveat, Outcome, Phase, TrialRecord
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


class Trial:
    """Runs one planned trial and keeps what became known of it, so that nothing of it is lost.

    ``finished``: its row once it is through; also after an interrupt, if it was measured by then.
    """

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
        self._begin = clock.monotonic()
        self._phase = Phase.START
        self._record = planned_record(trial, Outcome.FAILED, started_at=clock.utc())
        self._raw = RawFiles()
        self.finished: TrialRecord | None = None

    def run(self, image: Image, progress: Progress) -> TrialRecord:
        """The trial's row: measured, or failed with phase, reason and log tail.

        Its raw files are saved with it. Interrupted before it was measured it leaves neither: it
        did not run yet.
        """
        try:
            self._measure(image, progress)
        except TrialFailed as failure:
            self._went_wrong(failure)
        except KeyboardInterrupt:
            if self._measured:
                self._finish()
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one service is its row
            self._went_wrong(unforeseen(error))
        return self._finish()

    @property
    def _measured(self) -> bool:
        return self._record.outcome is Outcome.MEASURED

    def _finish(self) -> TrialRecord:
        with shielded():
            raw = self._store.save_raw(self._trial, self._raw.files)
            wall_s = self._clock.monotonic() - self._begin
            self.finished = replace(self._record, raw=raw, wall_s=wall_s)
        return self.finished

    def _went_wrong(self, failure: TrialFailed) -> None:
        """A reason to fail; of a trial that was measured by then, a doubt."""
        told = "; ".join([failure.reason, *getattr(failure, "__notes__", ())])
        if self._measured:
            self._doubt(afterwards(told))
        else:
            self._know(phase=self._phase, reason=told, log_tail=failure.log_tail or None)

    def _measure(self, image: Image, progress: Progress) -> None:
        with (
            self._engine.start(self._trial.entry.container) as server,
            self._logged(server),
        ):
            self._know(server=replace(self._record.server, image_id=image.id, base=image.base))
            start_s, before = self._verify(server)
            idle, overflows = server.sample(), server.listen_overflows()
            self._raw.keep_samples("server", [idle] if idle else [])
            self._phase = Phase.LOAD
            workload = self._trial.expectation.workload
            with self._generator.at(server, workload, self._plan) as load:
                result, samples = self._load(load, server, progress)
                state, ended = self._state(server, before)
                observed = Observed(
                    server=samples[0],
                    workers=samples[1:],
                    idle=idle,
                    state=state,
                    image=image,
                    start_s=start_s,
                    listen_overflows=risen(overflows, server.listen_overflows()),
                    one_namespace=self._plan.layout.network == "loopback",
                    shared=self._plan.layout.shared,
                )
                actions = server.interventions(before.started_at)
                with shielded():
                    self._conclude(result, observed, actions, ended)
                self._phase = Phase.STOP
            self._stop(server)

    @contextmanager
    def _logged(self, server: Container) -> Iterator[None]:
        """Keep the server's log, whatever happens to it."""
        try:
            yield
        finally:
            with suppress(TrialFailed):  # what there was to tell of it has been told
                self._raw.keep_log("server", server.logs())

    def _verify(self, server: Container) -> tuple[float, ContainerState]:
        """Check the contract; seconds from the container's start to its first answer, and how it
        stands then.
        """
        self._phase = Phase.VERIFY
        try:
            probe = probed(server, self._trial)
        except EndedAtStart:
            self._phase = Phase.START
            raise
        self._know(
            nofile=probe.nofile,
            server=replace(
                self._record.server,
                python=probe.python,
                versions=self._versions(probe),
                package=own_package(self._trial.entry.manifest, probe),
            ),
        )
        check(probe, server, self._trial)
        state = server.state()
        return probe.answered_at - state.started_at, state

    def _versions(self, probe: Probe) -> dict[str, str]:
        names = map(contract.normalized, self._trial.entry.manifest.packages)
        found = probe.distributions
        return {name: found[name].version for name in names if name in found}

    def _load(
        self, load: Load, server: Container, progress: Progress
    ) -> tuple[LoadResult, list[list[Sample]]]:
        sampler = Sampler([server, *load.workers])
        try:
            with sampler:
                result = self._follow(load, sampler, progress)
        except TrialFailed as failure:
            with suppress(TrialFailed):
                failure.log_tail = tails(load.logs())
            raise
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
                raise TrialFailed(event.reason)
            elif isinstance(event, LoadResult):
                return event
        raise TrialFailed("the Locust master ended without a result")

    def _state(
        self, server: Container, before: ContainerState
    ) -> tuple[ContainerState, TrialFailed | None]:
        """How the server stands after the load, and why that is no measurement, if so."""
        try:
            state = server.state()
        except TrialFailed as failure:
            unknown = replace(before, running=False, oom_killed=None, restarts=None)
            return unknown, failure
        if not state.running:
            memory = " (out of memory)" if state.oom_killed else ""
            how = f"the server ended under load with exit code {state.exit_code}{memory}"
        elif (state.started_at, state.restarts) != (before.started_at, before.restarts):
            how = "the server ended under load and was started again: nothing of it is one number"
        else:
            return state, None
        return state, TrialFailed(how, server.last_words())

    def _conclude(
        self,
        result: LoadResult,
        observed: Observed,
        actions: Sequence[str],
        ended: TrialFailed | None,
    ) -> None:
        self._record = concluded(self._record, result, observed)
        for doubt in intervention_caveats(actions):
            self._doubt(doubt)
        totals, locust = measure.totals(result), result.locust
        if (totals.requests, totals.failures) != (locust.requests, locust.failures):
            raise TrialFailed(
                f"the lab counted {totals.requests} requests and {totals.failures} failures, "
                f"Locust {locust.requests} and {locust.failures}"
            )
        if ended is not None:
            raise ended
        self._know(outcome=Outcome.MEASURED)

    def _stop(self, server: Container) -> None:
        """What is looked at once the trial is measured: its size on disk, how it ends."""
        package = sized(self._record.server.package, server.install_bytes())
        self._know(server=replace(self._record.server, package=package))
        stop_s = server.stop()
        if self._record.resources is not None:
            self._know(resources=replace(self._record.resources, stop_s=stop_s))
        for doubt in stop_caveats(stop_s):
            self._doubt(doubt)

    def _doubt(self, caveat: Caveat) -> None:
        self._know(caveats=(*self._record.caveats, caveat))

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
