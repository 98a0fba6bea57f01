"""Everything from outside that use cases need, as one value; composition.py makes the real one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from orchestrator.ports import Clock
from orchestrator.world.apis import PublicApis
from orchestrator.world.archives import ImageArchives
from orchestrator.world.changes import Changes
from orchestrator.world.compose import ComposeFile
from orchestrator.world.console import Console
from orchestrator.world.engine import Connection
from orchestrator.world.host import HostFacts, Memory
from orchestrator.world.small_host import SmallHost


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a use case is given; making it starts nothing and asks nothing.

    ``root``: the checkout. ``out``: for what a command is asked for; ``err``: for what a person
    watches meanwhile. ``connect``: to the engine that the environment names, for a run of this id;
    it raises UsageError where that engine is another host's, and EnvironmentMissing where none
    answers. ``engine_problem``: why no engine of this host can be there, without asking it; None if
    it can. ``default_index``: the address of the package index that pip uses here; it raises
    EnvironmentMissing where pip does not tell.
    """

    root: Path
    clock: Clock
    out: Console
    err: Console
    compose: ComposeFile
    connect: Callable[[str], Connection]
    engine_problem: Callable[[], str | None]
    archives: ImageArchives
    host: HostFacts
    memory: Memory
    small_host: SmallHost
    changes: Changes
    apis: PublicApis
    default_index: Callable[[], str]
