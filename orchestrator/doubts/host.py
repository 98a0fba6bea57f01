"""What a reader must know of a host or a run to believe any of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orchestrator.doubts.kind import Doubt, DoubtKind, Severity
from orchestrator.model.host import Host, WholeMemory
from orchestrator.model.placement import Layout
from orchestrator.model.settings import Profile
from orchestrator.model.trial import OFFICIAL, Caveat

# Share of all CPU time that a hypervisor took; above it the machine was not the lab's alone.
STEAL_SEEN = 0.01
# Fewer pairs of a cross-check give no interval of 95 % (compare.py).
PAIRS_LEAST = 6
GIB = 2**30
# A server and a worker of 1 GiB each, the master, the engine, and what is sold as 4 GB.
WANTED_MEMORY = 3.5 * GIB

MORE_FILES = "raise the engine's hard limit for open files (LimitNOFILE of dockerd)"
MORE_MEMORY = "give the host more memory, or measure fewer things beside it"
A_REGISTRY = "run where a registry can be reached"

KINDS = (
    KILLED := DoubtKind(
        code="killed",
        text="the run was killed and resumed: what happened on the host right before is not known",
        remedy="find out what killed it (out of memory?), and repeat in one go",
    ),
    OOM_KILL := DoubtKind(
        code="oom-kill",
        text="the kernel ended {kills} processes for want of memory ({of})",
        remedy=MORE_MEMORY,
    ),
    SWAPPED := DoubtKind(
        code="swapped",
        text="{mb:,.0f} MB were moved out to swap ({of})",
        remedy=MORE_MEMORY,
    ),
    NEIGHBOURS := DoubtKind(
        code="neighbours",
        text="other containers ran on this engine meanwhile: {names}",
        remedy="stop them and repeat",
        text_before="other containers run on this engine: {names}",
        remedy_before="stop them while you measure",
        sentence="Other containers ran beside it: {names}.",
    ),
    NOFILE := DoubtKind(
        code="nofile",
        text="containers may open {files} files, not {wanted}",
        remedy=MORE_FILES,
        text_before="containers may open {files:,} files (.env), not {wanted:,}",
        remedy_before="raise the engine's hard limit (LimitNOFILE of dockerd), then `make images`",
    ),
    FASTHTTP_USERS := DoubtKind(
        code="fasthttp-users",
        text="the ramp ends at {used} users, not {planned}: with more the client fasthttp silently "
        "stops keeping connections open",
        remedy="use the client engine",
    ),
    USERS_CAPPED := DoubtKind(
        code="users-capped",
        text="the ramp ends at {used} users, not {planned}",
        remedy=MORE_FILES,
    ),
    COLOCATED := DoubtKind(
        code="colocated",
        text="server and load share one CPU: rates are about the two together",
        remedy="run on a host with at least two CPUs",
        text_before="one CPU: server and load share it, and rates are about the two together",
        remedy_before="use a host with two CPUs or more, or the profile nanode, which ranks by "
        "what stays true with one",
        sentence="Server and clients shared one CPU: the rates are about the two together.",
    ),
    SMT := DoubtKind(
        code="smt",
        text="the load runs on a sibling thread of the server's core",
        remedy="run on a host with two physical cores",
        text_before="the server's CPU {server} shares its core with the load's ({loads})",
        remedy_before="use a host with two physical cores",
        sentence="Server and clients shared one physical core.",
    ),
    STEAL := DoubtKind(
        code="steal",
        text="the hypervisor took {share:.1%} of the CPU time during the run",
        remedy="compare only rows of the same run, and repeat",
        sentence="A hypervisor took {share:.1%} of the CPU time.",
    ),
    BASE_NOT_OFFICIAL := DoubtKind(
        code="base-not-official",
        text="the base image is not the official one: {base}",
        remedy=A_REGISTRY,
        text_before="the base images are not the official ones: {base}",
        sentence="{names}: the base image is not the official one: {base}.",
    ),
    FEW_PAIRS := DoubtKind(
        code="few-pairs",
        text="fewer than six pairs give no 95 % interval",
        remedy="use --pairs 10",
    ),
    # What can be told before a run alone.
    ENGINE_ELSEWHERE := DoubtKind(
        code="engine-elsewhere",
        text="the engine's kernel is {engine}, this host's {host}: a record would name this host's "
        "CPU and memory, not those of the engine's machine",
        remedy="run the lab on the machine of the engine",
    ),
    LITTLE_MEMORY := DoubtKind(
        code="little-memory",
        text="{gib:.1f} GiB of memory: server and load may not fit",
        remedy="use a host with 4 GB or more, or the profile nanode, which needs 1 GB",
    ),
    NOT_TRIED := DoubtKind(
        code="not-tried",
        text="no images yet, so what a container gets here has not been tried",
        remedy="make images",
    ),
    NO_BUILDS := DoubtKind(
        code="no-builds",
        text="Docker Compose builds no image: {why}",
        remedy="`make engine` mends it where it can, or says what to install",
        severity=Severity.BAD,
    ),
    RUNNING := DoubtKind(
        code="running",
        text="running already: {names}",
        remedy="docker compose down",
        severity=Severity.BAD,
    ),
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
    found = (
        *((KILLED.seen(),) if killed else ()),
        *(_memory(memory) if memory else ()),
        *of_neighbours(neighbours),
        *of_files(host.nofile, wanted_nofile),
        *_ramp(planned, used, client_users),
        *of_cpus(layout),
        *of_steal(host),
    )
    return tuple(doubt.caveat for doubt in found)


def kept(earlier: Sequence[Caveat], now: Sequence[Caveat]) -> tuple[Caveat, ...]:
    """The doubts of a resumed run: those of now, and those of before that none of now replaces."""
    # Others may have run beside it then.
    replaced = {caveat.code for caveat in now} - {NEIGHBOURS.code}
    before = [caveat for caveat in earlier if caveat not in now and caveat.code not in replaced]
    return (*now, *before)


def of_neighbours(names: Sequence[str]) -> Iterator[Doubt]:
    """Other containers on the engine."""
    if names:
        yield NEIGHBOURS.seen(names=", ".join(names))


def of_files(files: int, wanted: int) -> Iterator[Doubt]:
    """How many files a container may open, and how many it should."""
    if files < wanted:
        yield NOFILE.seen(files=files, wanted=wanted)


def of_cpus(layout: Layout) -> Iterator[Doubt]:
    """Whether the server has a core of its own."""
    if layout.shared:
        yield COLOCATED.seen()
    elif layout.smt_shared:
        yield SMT.seen(server=layout.server_cpu, loads=", ".join(map(str, layout.load_cpus)))


def of_steal(host: Host) -> Iterator[Doubt]:
    """The CPU time that a hypervisor took."""
    if host.steal is not None and host.steal > STEAL_SEEN:
        yield STEAL.seen(share=host.steal)


def of_base(base: str, names: str = "") -> Iterator[Doubt]:
    """How the base image of ``names`` came to be."""
    if base != OFFICIAL:
        yield BASE_NOT_OFFICIAL.seen(base=base, names=names)


def of_pairs(pairs: int) -> Iterator[Doubt]:
    """The pairs of a cross-check."""
    if pairs < PAIRS_LEAST:
        yield FEW_PAIRS.seen()


def of_kernel(engine: str, host: str) -> Iterator[Doubt]:
    """The kernels of the engine and of this host, before anything runs on it."""
    if engine != host:
        yield ENGINE_ELSEWHERE.seen(engine=engine, host=host)


def of_memory_size(memory_bytes: int) -> Iterator[Doubt]:
    """The engine's memory, before anything runs on it."""
    if memory_bytes < WANTED_MEMORY:
        yield LITTLE_MEMORY.seen(gib=memory_bytes / GIB)


def _ramp(planned: Profile, used: Profile, client_users: int | None) -> Iterator[Doubt]:
    if used.users[-1] >= planned.users[-1]:
        return
    kind = FASTHTTP_USERS if used.users[-1] == client_users else USERS_CAPPED
    yield kind.seen(used=used.users[-1], planned=planned.users[-1])


def _memory(memory: WholeMemory) -> Iterator[Doubt]:
    if memory.oom_kills:
        yield OOM_KILL.seen(kills=memory.oom_kills, of=memory.of)
    if memory.swapped_bytes:
        yield SWAPPED.seen(mb=memory.swapped_bytes / 1e6, of=memory.of)
