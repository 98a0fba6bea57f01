"""``lab nanode``: run the profile of that name in a cgroup of one CPU and 1 GB."""

from __future__ import annotations

import argparse
import sys

from orchestrator.app.catalogue import checked, names
from orchestrator.app.nanode import prove
from orchestrator.cli.codes import SOME_FAILED
from orchestrator.cli.commands import Commands, command, folder
from orchestrator.experiments.load.plan import settings_problems
from orchestrator.model.placement import Network
from orchestrator.model.settings import Settings
from orchestrator.options import add_services, add_workloads
from orchestrator.profiles import NANODE
from orchestrator.report.place import needed_in_words
from orchestrator.world import World


def add(commands: Commands) -> None:
    """Add the command."""
    text = "run the profile nanode on one CPU and 1 GB, Docker included; fail if memory runs out"
    parser = command(commands, "nanode", _nanode, text)
    add_services(parser)
    add_workloads(parser)
    parser.add_argument(
        "--repeats", type=int, metavar="N", help="trials of each service and workload; default: 1"
    )
    parser.add_argument(
        "--seed", type=int, metavar="N", help="seed for the order of the trials; default: random"
    )
    # The default is None: `lab run` then uses its own. The record quotes the command of that run,
    # so the command must not get a path that nobody typed.
    parser.add_argument(
        "--results",
        type=folder,
        metavar="DIR",
        help="the folder of the runs; default: results/ of the repository",
    )


def _nanode(world: World, arguments: argparse.Namespace) -> int:
    there = names(world.root)
    asked = Settings(
        services=tuple(arguments.services) or there.services,
        workloads=tuple(arguments.workload or ()) or there.workloads,
        profile=NANODE,
        duration_s=None,
        max_users=None,
        repeats=1 if arguments.repeats is None else arguments.repeats,
        seed=arguments.seed or 0,
        network=Network.LOOPBACK,
    )
    # Before an engine starts.
    checked(world, lambda there: settings_problems(asked, there))
    words = list(arguments.services)
    for name in ("workload", "repeats", "seed", "results"):
        value = getattr(arguments, name)
        if value is not None:
            several = value if isinstance(value, list) else [value]
            words += [f"--{name}", *map(str, several)]
    ended, memory = prove(world, words)
    code = ended if ended >= 0 else SOME_FAILED  # negative: a signal ended it
    if memory is None:
        print("lab: the memory of the run could not be read from its cgroup", file=sys.stderr)
        return code or SOME_FAILED
    print(needed_in_words(memory))
    if memory.oom_kills or memory.swapped_bytes:
        print(
            "lab: the run does not fit into 1 GB: a process was killed, or memory was swapped",
            file=sys.stderr,
        )
        return code or SOME_FAILED
    return code
