"""Doubt as data: what limited a row, and what a reader must know to believe it."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.model.load import LoadResult
from orchestrator.model.record import Caveat, Host, Step, Totals
from orchestrator.model.settings import Layout, Profile

# A CPU counts as full from here on. The rest is what the sampling of a busy CPU misses (the
# kernel's own work between two readings); see docs/methodology.md.
FULL_CPU = 0.9
WANTED_NOFILE = 999_999
# Share of all CPU time that a hypervisor took; above it the machine was not the lab's alone.
STEAL_SEEN = 0.01


def limited_by(steps: tuple[Step, ...], totals: Totals) -> tuple[str, dict[str, float]]:
    """What stopped the hold from being faster, and the evidence.

    ``server-cpu`` is the only verdict under which a row may be ranked.
    """
    hold = next((step for step in steps if step.phase == "hold"), None)
    if hold is None:
        return "unknown", {}
    evidence = {
        name: share
        for name, share in (("server_cpu", hold.server_cpu), ("loadgen_cpu", hold.loadgen_cpu))
        if share is not None
    }
    if totals.failures * 2 > totals.requests:
        share = totals.failures / totals.requests
        return "errors", {**evidence, "failure_share": share}
    if evidence.get("server_cpu", 0) >= FULL_CPU:
        return "server-cpu", evidence
    if evidence.get("loadgen_cpu", 0) >= FULL_CPU:
        return "loadgen-cpu", evidence
    return "unknown", evidence


def trial_caveats(
    result: LoadResult, hold: Totals | None, verdict: str, base: str
) -> tuple[Caveat, ...]:
    """The doubts about one measured trial."""
    found = []
    if result.best_had_drops:
        found.append(
            Caveat(
                code="every-step-had-drops",
                text="every step of the ramp had drops; the hold runs at the step with the fewest",
                remedy="start with fewer users or longer timeouts (a longer --duration)",
            )
        )
    if hold is not None and hold.failures:
        found.append(
            Caveat(
                code="drops-in-hold",
                text=f"{hold.failures} of the hold's {hold.requests} requests failed",
                remedy="repeat; if it stays, the ramp's steps are too short to show this drop",
            )
        )
    if verdict == "loadgen-cpu":
        found.append(
            Caveat(
                code="loadgen-limited",
                text="the load generator's CPU was full: the server can do at least this much",
                remedy="give the load more CPUs",
            )
        )
    if base != "official":
        found.append(
            Caveat(
                code="base-not-official",
                text=f"the base image is not the official one: {base}",
                remedy="run where a registry can be reached",
            )
        )
    return tuple(found)


def run_caveats(
    host: Host, layout: Layout, planned: Profile, used: Profile, neighbours: Sequence[str] = ()
) -> tuple[Caveat, ...]:
    """The doubts about every row of a run.

    Args:
        planned: the profile before it was fitted to the host.
        neighbours: other containers that ran beside it.
    """
    found = []
    if neighbours:
        found.append(
            Caveat(
                code="neighbours",
                text=f"other containers ran on this engine meanwhile: {', '.join(neighbours)}",
                remedy="stop them and repeat",
            )
        )
    if host.nofile < WANTED_NOFILE:
        found.append(
            Caveat(
                code="nofile",
                text=f"containers may open {host.nofile} files, not {WANTED_NOFILE}",
                remedy="raise the engine's hard limit for open files (LimitNOFILE of dockerd)",
            )
        )
    if used.users[-1] < planned.users[-1]:
        found.append(
            Caveat(
                code="users-capped",
                text=f"the ramp ends at {used.users[-1]} users, not {planned.users[-1]}",
                remedy="raise the engine's hard limit for open files (LimitNOFILE of dockerd)",
            )
        )
    if layout.shared:
        found.append(
            Caveat(
                code="colocated",
                text="server and load share one CPU: rates are about the two together",
                remedy="run on a host with at least two CPUs",
            )
        )
    elif layout.smt_shared:
        found.append(
            Caveat(
                code="smt",
                text="the load runs on a sibling thread of the server's core",
                remedy="run on a host with two physical cores",
            )
        )
    if host.steal is not None and host.steal > STEAL_SEEN:
        found.append(
            Caveat(
                code="steal",
                text=f"the hypervisor took {host.steal:.1%} of the CPU time during the run",
                remedy="compare only rows of the same run, and repeat",
            )
        )
    return tuple(found)
