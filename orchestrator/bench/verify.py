"""Is a server what it should be, before any load? For trials and cross-checks alike."""

from __future__ import annotations

from orchestrator import contract
from orchestrator.contract import Probe
from orchestrator.errors import TrialFailed
from orchestrator.model.settings import PlannedTrial
from orchestrator.ports import Container

READY_WITHIN_S = 30.0


class EndedAtStart(TrialFailed):
    """The server's program ended before it answered."""


def probed(server: Container, trial: PlannedTrial) -> Probe:
    """What the server answered to its workload's request.

    Raises:
        EndedAtStart: its program ended; with the end of its log, like the next.
        TrialFailed: it gave no answer in time.
    """
    try:
        return server.probe([trial.expectation.request], READY_WITHIN_S)
    except TrialFailed as failure:
        state, log_tail = server.state(), failure.log_tail or server.last_words()
        if state.running:
            raise TrialFailed(failure.reason, log_tail) from failure
        reason = f"it ended at its start with exit code {state.exit_code}"
        raise EndedAtStart(reason, log_tail) from failure


def check(probe: Probe, server: Container, trial: PlannedTrial) -> None:
    """Hold the answers against the contract.

    Raises:
        TrialFailed: with every way in which they differ.
    """
    found = contract.problems(probe, [trial.expectation], trial.entry.manifest)
    if found:
        raise TrialFailed("; ".join(found), server.last_words())
