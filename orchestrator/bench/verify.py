"""Verifies a server against the contract before any load, in trials and cross-checks."""

from __future__ import annotations

from collections.abc import Sequence

from labwire.expectation import Expectation
from orchestrator import contract
from orchestrator.contract import Probe
from orchestrator.errors import TrialFailed, how_it_ended
from orchestrator.model.settings import PlannedTrial
from orchestrator.ports import Container


class EndedAtStart(TrialFailed):
    """The server's program ended before it answered."""


def probed(server: Container, trial: PlannedTrial) -> Probe:
    """The server's answers to its workload's requests; raises as `answers` does."""
    return answers(server, [trial.expectation], trial.entry.container.ready_within_s)


def answers(server: Container, expectations: Sequence[Expectation], within_s: float) -> Probe:
    """The server's answers to these workloads' requests.

    Raises:
        EndedAtStart: the server's program ended. Both errors carry the end of its log.
        TrialFailed: the server did not answer in time.
    """
    try:
        return server.probe(contract.requests(expectations), within_s)
    except TrialFailed as failure:
        state, log_tail = server.state(), failure.log_tail or server.last_words()
        if state.running:
            raise TrialFailed(failure.reason, log_tail) from failure
        how = f"the server ended before it answered, with exit code {state.exit_code}"
        raise EndedAtStart(how_it_ended(how, server.last_words()), log_tail) from failure


def check(probe: Probe, server: Container, trial: PlannedTrial) -> None:
    """Compare the answers with the contract.

    Raises:
        TrialFailed: they differ; names every difference.
    """
    found = contract.problems(probe, [trial.expectation], trial.entry.manifest)
    if found:
        raise TrialFailed("; ".join(found), server.last_words())
