"""CPU time for a request, from the server's cgroup: short slices of closed loop."""

from __future__ import annotations

from orchestrator.bench.bench import Bench
from orchestrator.bench.served import served
from orchestrator.errors import TrialFailed
from orchestrator.model.settings import Loading, PlannedTrial
from orchestrator.ports import Container, SliceLoad

CONNECTIONS = 4
"""They keep a server busy, and fit into the shortest listen queue (5)."""
WARM_UP_S = 1.0
SLICES, SLICE_S = 4, 0.5


def cpu_us(trial: PlannedTrial, loading: Loading, bench: Bench) -> tuple[float, ...]:
    """CPU time for a request in microseconds: user and kernel, of some slices one after the other.

    Raises:
        TrialFailed: the server could not be started or loaded, or a request failed.
    """
    with (
        served(trial.entry, bench.engine) as its,
        bench.load.slices(trial.expectation.workload, loading) as load,
    ):
        load.aim([its.server], within_s=trial.entry.container.ready_within_s)
        _slice(load, its.server, WARM_UP_S)
        return tuple(_slice(load, its.server, SLICE_S) for _ in range(SLICES))


def _slice(load: SliceLoad, server: Container, seconds: float) -> float:
    before_s = server.cpu_s()
    (done,) = load.saturate(0, CONNECTIONS, seconds).servers
    used_s = server.cpu_s() - before_s
    if done.failures or not done.requests:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(done.failures.items()))
        raise TrialFailed(f"requests failed while the CPU time was measured: {kinds or 'all'}")
    return used_s * 1e6 / done.requests
