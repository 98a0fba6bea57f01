"""Everything from outside that use cases need, as one value; composition.py makes the real one."""

from __future__ import annotations

from collections.abc import Callable, Collection
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
from orchestrator.world.resolver import Resolver
from orchestrator.world.small_host import SmallHost
from orchestrator.world.their_compose import TheirCompose
from orchestrator.world.variants import VariantChecks


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a use case needs from outside; creating this value starts and queries nothing.

    ``root``: the checkout. ``out``: stdout; ``err``: stderr, for progress while stdout carries only
    tables. ``connect``: takes a run's id, and connects to the engine that the environment names;
    raises UsageError if that engine is on another host, and EnvironmentMissing if none answers.
    ``engine_problem``: why the environment's engine cannot be on this host, found without
    connecting; None if it can. ``on_python``: the same world with all services on this version of
    Python (a tag of the official image); raises EnvironmentMissing if the engine has no such image
    and none could be pulled or made. ``with_work``: the same world with the packages of workloads
    that are measured on request in all images, given the companions that they need; raises
    EnvironmentMissing as well. ``elsewhere``: the world of another checkout. ``default_index``: the
    address of the package index that pip uses here; raises EnvironmentMissing if pip does not
    report it.
    """

    root: Path
    clock: Clock
    out: Console
    err: Console
    compose: ComposeFile
    connect: Callable[[str], Connection]
    on_python: Callable[[str], World]
    with_work: Callable[[Collection[str]], World]
    elsewhere: Callable[[Path], World]
    their_compose: TheirCompose
    engine_problem: Callable[[], str | None]
    archives: ImageArchives
    host: HostFacts
    memory: Memory
    small_host: SmallHost
    changes: Changes
    variants: VariantChecks
    resolver: Resolver
    apis: PublicApis
    default_index: Callable[[], str]
