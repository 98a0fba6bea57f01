"""Two clients that stay ready beside one server, and take turns; they never overlap."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

from labwire.events import LoadStep
from orchestrator.bench.bench import Bench
from orchestrator.bench.log_tails import tails
from orchestrator.errors import TrialFailed
from orchestrator.experiments.crosscheck.ends import Ends, ReadyClient, Watch
from orchestrator.experiments.crosscheck.plan import CrossCheckPlan
from orchestrator.experiments.crosscheck.record import Counted, LabSlice, Pair, Seen, WrkSlice
from orchestrator.model.settings import PlannedTrial
from orchestrator.ports import CommandedLoad, Container

LAB, WRK = "lab", "wrk"
COUNTED_S = 1.0
"""Seconds of a slice of the counted pair. It also warms the server up."""


class TakeTurns(Protocol):
    """Makes one pair of slices."""

    def __call__(self, *, first: str) -> Pair:
        """``first``: the client that goes first.

        Raises:
            TrialFailed: a client failed.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """Both clients beside one server.

    A slice begins without connections. After it, the next one waits until the server has none left,
    because it may still be busy with requests that their client has given up.
    """

    plan: CrossCheckPlan
    trial: PlannedTrial
    server: Container
    ends: Ends
    lab: CommandedLoad
    watch: Watch

    def counted(self) -> Counted:
        """One slice of each client, also counted at the server's end.

        Raises:
            TrialFailed: a client failed, or the kernel cannot count.
        """
        server_end, server = self.ends.server_end, self.server
        server_end.begin(server)
        with self._wrk(compared=True) as wrk:
            of_wrk = self._wrk_slice(wrk, COUNTED_S)
        wrk_seen = server_end.seen(server)
        of_lab = self._lab_slice(COUNTED_S)
        # The rules stay in place between the clients. They remember what they have seen, so a
        # segment that the kernel sends again for wrk's last connections is not a new request.
        both_seen = server_end.seen(server)
        server_end.end(server)
        lab_seen = Seen(
            requests=both_seen.requests - wrk_seen.requests,
            segments=both_seen.segments - wrk_seen.segments,
        )
        return Counted(wrk=of_wrk, wrk_seen=wrk_seen, lab=of_lab, lab_seen=lab_seen)

    @contextmanager
    def timed(self) -> Iterator[TakeTurns]:
        """What makes the timed pairs, during the block."""
        seconds = self.plan.settings.seconds
        with self._wrk(compared=False) as ready:

            def pair(*, first: str) -> Pair:
                """Both clients, one right after the other: slow drift of the host affects both."""
                if first == LAB:
                    lab = self._lab_slice(seconds)
                    return Pair(first=first, lab=lab, wrk=self._wrk_slice(ready, seconds))
                wrk = self._wrk_slice(ready, seconds)
                return Pair(first=first, lab=self._lab_slice(seconds), wrk=wrk)

            yield pair

    def _wrk(self, *, compared: bool) -> AbstractContextManager[ReadyClient]:
        return self.ends.wrk.ready(self.server, self.trial.expectation, compared=compared)

    def _wrk_slice(self, wrk: ReadyClient, seconds: float) -> WrkSlice:
        found = wrk.slice(seconds)
        self._quiet("wrk")
        return found

    def _lab_slice(self, seconds: float) -> LabSlice:
        try:
            found = lab_slice(self.lab.step(seconds))
        except TrialFailed as failure:
            raise TrialFailed(failure.reason, tails(self.lab.logs())) from failure
        self._quiet("the lab's client")
        return found

    def _quiet(self, client: str) -> None:
        try:
            self.watch.until_quiet(client)
        except TrialFailed as failure:
            raise TrialFailed(
                failure.reason, failure.log_tail or self.server.last_words()
            ) from failure


@contextmanager
def turns(
    plan: CrossCheckPlan, trial: PlannedTrial, server: Container, bench: Bench, ends: Ends
) -> Iterator[Turns]:
    """Start the lab's client and the watch beside a server; they stay ready during the block.

    Raises:
        TrialFailed: one of them could not be started.
    """
    workload = trial.expectation.workload
    with (
        ends.server_end.watch(server) as watch,
        bench.load.commanded(server, workload, plan.loading) as lab,
    ):
        yield Turns(plan=plan, trial=trial, server=server, ends=ends, lab=lab, watch=watch)


def lab_slice(step: LoadStep) -> LabSlice:
    """A slice, from the step of a commanded load."""
    return LabSlice(
        requests=step.requests,
        failures={kind: count for kind, count in step.failures.items() if count},
        unfinished=step.unfinished,
        completed=step.completed,
        duration_s=step.duration_s,
        connects=step.connects,
        idle=step.idle,
    )
