"""One trial: start, verify, measure, stop. An error becomes a failed row; the run goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

from orchestrator import contract
from orchestrator.bench.bench import Bench
from orchestrator.bench.companions import built
from orchestrator.bench.method import Measured, Method, Subject
from orchestrator.bench.package import own_package, sized
from orchestrator.bench.raw import RawFiles
from orchestrator.bench.rows import planned_record
from orchestrator.bench.served import served
from orchestrator.bench.verify import EndedAtStart, check, probed
from orchestrator.contract import Probe
from orchestrator.doubts.trial import afterwards, intervention_caveats, stop_caveats
from orchestrator.errors import TrialFailed, how_it_ended, unforeseen
from orchestrator.interrupts import shielded
from orchestrator.model.settings import PlannedTrial
from orchestrator.model.trial import Caveat, Outcome, TrialPhase, TrialRecord
from orchestrator.ports import Container, ContainerState, Image


class Trial:
    """Runs one planned trial, and keeps each result as soon as it is known.

    ``finished``: the row once the trial has ended; also set after an interrupt, if the trial was
    measured by then.
    """

    def __init__(self, trial: PlannedTrial, method: Method, bench: Bench) -> None:
        self._trial = trial
        self._method = method
        self._bench = bench
        self._begin = bench.clock.monotonic()
        self._phase = TrialPhase.START
        self._record = planned_record(trial, Outcome.FAILED, started_at=bench.clock.utc())
        self._raw = RawFiles()
        self.finished: TrialRecord | None = None

    def run(self, images: Sequence[Image]) -> TrialRecord:
        """The trial's row: measured, or failed with phase, reason and log tail.

        The raw files are saved, too. A trial that is interrupted before it was measured leaves
        neither row nor files; it counts as not run.

        Args:
            images: the service's own, then those of its companions, in order.
        """
        self._know(companions=built(self._trial.entry, images[1:]))
        try:
            self._measure(images[0])
        except TrialFailed as failure:
            self._went_wrong(failure)
        except KeyboardInterrupt:
            if self._measured:
                self._finish()
            raise
        except Exception as error:  # noqa: BLE001 - an error in one service must not end the run
            self._went_wrong(unforeseen(error))
        return self._finish()

    @property
    def _measured(self) -> bool:
        return self._record.outcome is Outcome.MEASURED

    def _finish(self) -> TrialRecord:
        with shielded():
            raw = self._bench.raw.save_raw(self._trial, self._raw.files)
            wall_s = self._bench.clock.monotonic() - self._begin
            self.finished = replace(self._record, raw=raw, wall_s=wall_s)
        return self.finished

    def _went_wrong(self, failure: TrialFailed) -> None:
        """Record a failure; if the trial was measured before it, record a doubt instead."""
        told = "; ".join([failure.reason, *getattr(failure, "__notes__", ())])
        if self._measured:
            self._doubt(afterwards(told))
        else:
            self._know(phase=self._phase, reason=told, log_tail=failure.log_tail or None)

    def _measure(self, image: Image) -> None:
        with (
            served(self._trial.entry, self._bench.engine, self._raw.keep_log) as its,
            self._logged(its.server),
        ):
            server = its.server
            self._know(
                server=replace(self._record.server, image_id=image.id, base=image.base),
                companions=its.known(self._record.companions),
            )
            start_s, before = self._verify(server)
            self._phase = TrialPhase.LOAD
            subject = Subject(
                its=its,
                image=image,
                planned=self._trial,
                start_s=start_s,
                raw=self._raw,
                know=self._know,
            )
            with self._method.measured(subject, self._bench) as measured:
                state, ended = self._state(server, before)
                ended = ended or its.ended()
                actions = server.interventions(before.started_at)
                with shielded():
                    self._conclude(measured, state, actions, ended)
                self._phase = TrialPhase.STOP
            self._stop(server)

    @contextmanager
    def _logged(self, server: Container) -> Iterator[None]:
        """Keep the server's log, even if the block fails."""
        try:
            yield
        finally:
            with suppress(TrialFailed):  # a vanished container is already reported
                self._raw.keep_log("server", server.logs())

    def _verify(self, server: Container) -> tuple[float, ContainerState]:
        """Check the contract.

        Returns:
            Seconds from the container's start to its first answer, and its state after the check.
        """
        self._phase = TrialPhase.VERIFY
        try:
            probe = probed(server, self._trial)
        except EndedAtStart:
            self._phase = TrialPhase.START
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

    def _state(
        self, server: Container, before: ContainerState
    ) -> tuple[ContainerState, TrialFailed | None]:
        """The server's state after the load, and the failure if that state makes it invalid."""
        try:
            state = server.state()
        except TrialFailed as failure:
            unknown = replace(before, running=False, oom_killed=None, restarts=None)
            return unknown, failure
        if not state.running:
            memory = " (out of memory)" if state.oom_killed else ""
            how = f"the server ended under load with exit code {state.exit_code}{memory}"
        elif (state.started_at, state.restarts) != (before.started_at, before.restarts):
            how = "the server ended under load and was started again: the numbers mix two processes"
        else:
            return state, None
        said = server.last_words()
        if not state.running:  # otherwise its log is of what runs now, which did not end
            how = how_it_ended(how, said)
        return state, TrialFailed(how, said)

    def _conclude(
        self,
        measured: Measured,
        state: ContainerState,
        actions: Sequence[str],
        ended: TrialFailed | None,
    ) -> None:
        self._record = measured.into(self._record, state)
        for doubt in intervention_caveats(actions):
            self._doubt(doubt)
        if measured.wrong is not None:
            raise TrialFailed(measured.wrong)
        if ended is not None:
            raise ended
        self._know(outcome=Outcome.MEASURED)

    def _stop(self, server: Container) -> None:
        """After the measurement: read the installed size, and stop the server."""
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
