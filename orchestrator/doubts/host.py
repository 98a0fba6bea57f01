"""Doubts about a host or a whole run, which apply to every row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from orchestrator.doubts.kind import Doubt, DoubtKind, Severity
from orchestrator.model.blocks import BEYOND_2019
from orchestrator.model.host import Host, WholeMemory
from orchestrator.model.placement import Layout
from orchestrator.model.settings import Profile
from orchestrator.model.trial import OFFICIAL, Caveat

# Share of all CPU time that a hypervisor took (CPU steal). Above it, others used the machine.
STEAL_SEEN = 0.01
# Fewer pairs of a cross-check give no 95 % interval (experiments/crosscheck/ratios.py).
PAIRS_LEAST = 6
GIB = 2**30
# 1 GiB each for a server and a worker, plus the master and the engine. A host that is sold with
# 4 GB has enough.
WANTED_MEMORY = 3.5 * GIB

MORE_FILES = "raise the engine's hard limit for open files (LimitNOFILE of dockerd)"
MORE_MEMORY = "give the host more memory, or run less beside the lab"
A_REGISTRY = "run on a host that can reach an image registry"

KINDS = (
    KILLED := DoubtKind(
        code="killed",
        text="the run was killed and resumed: what happened on the host just before is unknown",
        remedy="find out what killed it (out of memory?), and repeat the whole run",
    ),
    OOM_KILL := DoubtKind(
        code="oom-kill",
        text="the kernel killed {kills} processes because memory ran out ({of})",
        remedy=MORE_MEMORY,
    ),
    SWAPPED := DoubtKind(
        code="swapped",
        text="{mb:,.0f} MB of memory were swapped out ({of})",
        remedy=MORE_MEMORY,
    ),
    NEIGHBOURS := DoubtKind(
        code="neighbours",
        text="other containers ran on this engine during the run: {names}",
        remedy="stop them and repeat the run",
        text_before="other containers run on this engine: {names}",
        remedy_before="stop them while you measure",
        sentence="Other containers ran on this engine at the same time: {names}.",
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
        text="the ramp ends at {used} users, not {planned}: with more users the client fasthttp "
        "silently stops keeping connections open",
        remedy="use the client engine",
    ),
    USERS_CAPPED := DoubtKind(
        code="users-capped",
        text="the ramp ends at {used} users, not {planned}: containers may open no more files",
        remedy=MORE_FILES,
    ),
    COLOCATED := DoubtKind(
        code="colocated",
        text="server and load share one CPU: a rate says what the two can do together",
        remedy="run on a host with at least two CPUs",
        text_before="this host has one CPU: server and load share it, and a rate says what the two "
        "can do together",
        remedy_before="use a host with two or more CPUs, or the profile nanode, which ranks by the "
        "server's CPU time for a request",
        sentence="Server and clients shared one CPU: a rate says what the two can do together.",
    ),
    SMT := DoubtKind(
        code="smt",
        text="the load runs on a sibling hardware thread (SMT) of the server's core",
        remedy="run on a host with two physical cores",
        text_before="the server's CPU {server} shares a physical core with the load's ({loads})",
        remedy_before="use a host with two physical cores",
        sentence="Server and clients shared one physical core.",
    ),
    STEAL := DoubtKind(
        code="steal",
        text="the hypervisor took {share:.1%} of the CPU time during the run (CPU steal)",
        remedy="compare only rows of the same run, and repeat the run",
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
    # Doubts that only `lab doctor` has, before a run.
    ENGINE_ELSEWHERE := DoubtKind(
        code="engine-elsewhere",
        text="the engine runs on kernel {engine}, this command on kernel {host}: a record would "
        "describe the CPU and memory of this machine, not of the engine's",
        remedy="run the lab on the engine's machine",
    ),
    LITTLE_MEMORY := DoubtKind(
        code="little-memory",
        text="the host has {gib:.1f} GiB of memory: server and load may not fit",
        remedy="use a host with 4 GB or more, or the profile nanode, which needs 1 GB",
    ),
    NOT_TRIED := DoubtKind(
        code="not-tried",
        text="there are no images yet, so no container could be tried on this host",
        remedy="run `make images`, then `lab doctor` again",
    ),
    NO_BUILDS := DoubtKind(
        code="no-builds",
        text="Docker Compose cannot build an image: {why}",
        remedy="run `make engine`, which repairs this or says what to install",
        severity=Severity.BAD,
    ),
    RUNNING := DoubtKind(
        code="running",
        text="containers of the lab are running already: {names}",
        remedy=f"stop them with `docker compose --profile {BEYOND_2019} down`",
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
        planned: the profile as the settings ask for it, before it was fitted to host and client.
        neighbours: other containers that ran on the engine.
        client_users: the most users that the client allows; None: no limit.
        memory: the memory that the whole lab needed; None if unknown.
        killed: a part of the run was killed before it could save everything that it had seen.
        wanted_nofile: open files that a container should be allowed.
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
    """The doubts of a resumed run: the new ones, and earlier ones that no new one replaces."""
    # Different containers may have run then, so both doubts stay.
    replaced = {caveat.code for caveat in now} - {NEIGHBOURS.code}
    before = [caveat for caveat in earlier if caveat not in now and caveat.code not in replaced]
    return (*now, *before)


def of_neighbours(names: Sequence[str]) -> Iterator[Doubt]:
    """Whether other containers run on the engine."""
    if names:
        yield NEIGHBOURS.seen(names=", ".join(names))


def of_files(files: int, wanted: int) -> Iterator[Doubt]:
    """Whether a container may open fewer files than wanted."""
    if files < wanted:
        yield NOFILE.seen(files=files, wanted=wanted)


def of_cpus(layout: Layout) -> Iterator[Doubt]:
    """Whether the server has a core of its own."""
    if layout.shared:
        yield COLOCATED.seen()
    elif layout.smt_shared:
        yield SMT.seen(server=layout.server_cpu, loads=", ".join(map(str, layout.load_cpus)))


def of_steal(host: Host) -> Iterator[Doubt]:
    """Whether a hypervisor took a notable share of the CPU time."""
    if host.steal is not None and host.steal > STEAL_SEEN:
        yield STEAL.seen(share=host.steal)


def of_base(base: str, names: str = "") -> Iterator[Doubt]:
    """Whether the base image of ``names`` is not the official one."""
    if base != OFFICIAL:
        yield BASE_NOT_OFFICIAL.seen(base=base, names=names)


def of_run(host: Host, layout: Layout, neighbours: Sequence[str]) -> Iterator[Doubt]:
    """What every experiment doubts of a host while it measured."""
    yield from of_cpus(layout)
    yield from of_steal(host)
    yield from of_neighbours(neighbours)


def of_bases(built: Iterable[tuple[str, str]]) -> Iterator[Doubt]:
    """Which names have base images that are not the official ones; each image once.

    Args:
        built: (where the base image came from, name); an empty base: it is not known.
    """
    named: dict[str, list[str]] = {}
    for base, name in built:
        if base:
            named.setdefault(base, []).append(name)
    for base, names in named.items():
        yield from of_base(base, ", ".join(names))


def sentences(found: Iterable[Doubt]) -> Iterator[str]:
    """Doubts as sentences, for reports without rows of caveats."""
    yield from (doubt.sentence for doubt in found)


def of_pairs(pairs: int) -> Iterator[Doubt]:
    """Whether a cross-check has too few pairs for an interval."""
    if pairs < PAIRS_LEAST:
        yield FEW_PAIRS.seen()


def of_kernel(engine: str, host: str) -> Iterator[Doubt]:
    """Whether the engine's kernel is not this host's, before a run."""
    if engine != host:
        yield ENGINE_ELSEWHERE.seen(engine=engine, host=host)


def of_memory_size(memory_bytes: int) -> Iterator[Doubt]:
    """Whether the engine has too little memory, before a run."""
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
