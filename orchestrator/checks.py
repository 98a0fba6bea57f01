"""Doubt as data: what a reader must know of a run to believe any of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orchestrator.model.host import Host, WholeMemory
from orchestrator.model.settings import Layout, Profile
from orchestrator.model.trial import Caveat

# Share of all CPU time that a hypervisor took; above it the machine was not the lab's alone.
STEAL_SEEN = 0.01

KILLED = Caveat(
    code="killed",
    text="the run was killed and resumed: what happened on the host right before is not known",
    remedy="find out what killed it (out of memory?), and repeat in one go",
)


def run_caveats(
    host: Host,
    layout: Layout,
    planned: Profile,
    used: Profile,
    neighbours: Sequence[str] = (),
    client_users: int | None = None,
    memory: WholeMemory | None = None,
    *,
    killed: bool = False,
    wanted_nofile: int,
) -> tuple[Caveat, ...]:
    """The doubts about every row of a run.

    Args:
        planned: the profile before it was fitted to host and client.
        neighbours: other containers that ran beside it.
        client_users: the most users that the load's client can have; None where it has no limit.
        memory: what the whole lab needed; None where nothing tells.
        killed: a part of it was killed before it could tell all that it had seen.
        wanted_nofile: open files that a container should have.
    """
    return (
        *((KILLED,) if killed else ()),
        *(_memory(memory) if memory else ()),
        *_neighbours(neighbours),
        *_files(host, wanted_nofile),
        *_ramp(planned, used, client_users),
        *_cpus(layout),
        *_steal(host),
    )


def kept(earlier: Sequence[Caveat], now: Sequence[Caveat]) -> tuple[Caveat, ...]:
    """The doubts of a resumed run: those of now, and those of before that none of now replaces."""
    replaced = {doubt.code for doubt in now} - {"neighbours"}  # others may have run beside it then
    before = [doubt for doubt in earlier if doubt not in now and doubt.code not in replaced]
    return (*now, *before)


def _neighbours(neighbours: Sequence[str]) -> Iterator[Caveat]:
    if neighbours:
        yield Caveat(
            code="neighbours",
            text=f"other containers ran on this engine meanwhile: {', '.join(neighbours)}",
            remedy="stop them and repeat",
        )


def _files(host: Host, wanted: int) -> Iterator[Caveat]:
    if host.nofile < wanted:
        yield Caveat(
            code="nofile",
            text=f"containers may open {host.nofile} files, not {wanted}",
            remedy="raise the engine's hard limit for open files (LimitNOFILE of dockerd)",
        )


def _ramp(planned: Profile, used: Profile, client_users: int | None) -> Iterator[Caveat]:
    if used.users[-1] >= planned.users[-1]:
        return
    short = f"the ramp ends at {used.users[-1]} users, not {planned.users[-1]}"
    if used.users[-1] == client_users:
        yield Caveat(
            code="fasthttp-users",
            text=f"{short}: with more the client fasthttp silently stops keeping connections open",
            remedy="use the client engine",
        )
    else:
        yield Caveat(
            code="users-capped",
            text=short,
            remedy="raise the engine's hard limit for open files (LimitNOFILE of dockerd)",
        )


def _cpus(layout: Layout) -> Iterator[Caveat]:
    if layout.shared:
        yield Caveat(
            code="colocated",
            text="server and load share one CPU: rates are about the two together",
            remedy="run on a host with at least two CPUs",
        )
    elif layout.smt_shared:
        yield Caveat(
            code="smt",
            text="the load runs on a sibling thread of the server's core",
            remedy="run on a host with two physical cores",
        )


def _steal(host: Host) -> Iterator[Caveat]:
    if host.steal is not None and host.steal > STEAL_SEEN:
        yield Caveat(
            code="steal",
            text=f"the hypervisor took {host.steal:.1%} of the CPU time during the run",
            remedy="compare only rows of the same run, and repeat",
        )


def _memory(memory: WholeMemory) -> Iterator[Caveat]:
    remedy = "give the host more memory, or measure fewer things beside it"
    if memory.oom_kills:
        yield Caveat(
            code="oom-kill",
            text=f"the kernel ended {memory.oom_kills} processes for want of memory ({memory.of})",
            remedy=remedy,
        )
    if memory.swapped_bytes:
        yield Caveat(
            code="swapped",
            text=f"{memory.swapped_bytes / 1e6:,.0f} MB were moved out to swap ({memory.of})",
            remedy=remedy,
        )
