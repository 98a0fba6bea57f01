"""``lab nanode``: run the profile of that name in a cgroup of one CPU and 1 GB."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from orchestrator.app.catalogue import checked, names
from orchestrator.app.nanode import prove
from orchestrator.app.variants import variant_problems
from orchestrator.cli.codes import SOME_FAILED
from orchestrator.cli.commands import Commands, command, folder
from orchestrator.errors import UsageError
from orchestrator.experiments.ab import AB
from orchestrator.experiments.cost import COST
from orchestrator.experiments.experiment import Experiment
from orchestrator.experiments.load.plan import settings_problems
from orchestrator.model.placement import Network
from orchestrator.model.settings import Settings
from orchestrator.options import (
    add_python,
    add_services,
    add_workloads,
    chosen_services,
    option,
)
from orchestrator.profiles import COST as COST_PROFILE
from orchestrator.profiles import NANODE
from orchestrator.report.place import needed_in_words
from orchestrator.world import World

SIDES = ("base", "head")
OF_A_RUN = ("set_name", "workload", "python", "repeats", "seed")
OF_COSTS = ("set_name", "workload", "python", "seed", "budget")


def add(commands: Commands) -> None:
    """Add the command."""
    text = "run the profile nanode on one CPU and 1 GB, Docker included; fail if memory runs out"
    parser = command(commands, "nanode", _nanode, text)
    add_services(parser)
    add_workloads(parser)
    add_python(parser)
    for side in SIDES:
        parser.add_argument(
            f"--{side}",
            metavar="SIDE",
            help="compare two sides of one service instead, as `lab ab` does",
        )
    parser.add_argument(
        "--profile",
        choices=(NANODE, COST_PROFILE),
        help=f"{COST_PROFILE}: measure what a request costs, as `lab cost` does; default: {NANODE}",
    )
    parser.add_argument(
        "--budget", metavar="TIME", help="of a comparison or a cost table, as in their commands"
    )
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
    words = _words(world, arguments)
    if arguments.results is not None:
        words += ["--results", str(arguments.results)]
    ended, memory = prove(world, words, bridges=_bridges(arguments), python=arguments.python)
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


def _words(world: World, arguments: argparse.Namespace) -> list[str]:
    """The command to run inside, after everything was checked."""
    if _compares(arguments):
        return _comparison(world, arguments)
    return (_costs if arguments.profile == COST_PROFILE else _run)(world, arguments)


def _bridges(arguments: argparse.Namespace) -> bool:
    """Whether several servers run at once, each with a network of its own."""
    alone = len(arguments.services) == 1 and arguments.profile != COST_PROFILE
    return _compares(arguments) or not alone


def _compares(arguments: argparse.Namespace) -> bool:
    return any(getattr(arguments, side) is not None for side in SIDES)


def _run(world: World, arguments: argparse.Namespace) -> list[str]:
    """The words of ``lab run``, after everything was checked."""
    there = names(world.root)
    asked = Settings(
        services=chosen_services(arguments, there),
        workloads=tuple(arguments.workload or ()) or there.usual,
        profile=NANODE,
        duration_s=None,
        max_users=None,
        repeats=1 if arguments.repeats is None else arguments.repeats,
        seed=arguments.seed or 0,
        network=Network.LOOPBACK,
        python=arguments.python,
    )
    # Before an engine starts.
    checked(world, lambda there: settings_problems(asked, there))
    return ["run", "--profile", NANODE, *arguments.services, *_given(arguments, *OF_A_RUN)]


def _comparison(world: World, arguments: argparse.Namespace) -> list[str]:
    """The words of ``lab ab``, after everything was checked."""
    several = len(arguments.services) != 1 or len(arguments.workload or ()) > 1
    several = several or arguments.set_name is not None
    if several or arguments.repeats is not None or None in (arguments.base, arguments.head):
        raise UsageError(
            "a comparison takes one service, --base, --head, at most one workload, and no --repeats"
        )
    if arguments.python is not None:
        raise UsageError(
            "a comparison has no --python; give the version as a side, such as --head "
            f"python:{arguments.python}"
        )
    words = [*arguments.services, *_given(arguments, *SIDES, "workload", "seed", "budget")]
    return _checked(world, AB, words)


def _costs(world: World, arguments: argparse.Namespace) -> list[str]:
    """The words of ``lab cost``, after everything was checked."""
    if arguments.repeats is not None:
        raise UsageError("--profile cost has no --repeats; leave it out")
    words = [*arguments.services, *_given(arguments, *OF_COSTS)]
    return _checked(world, COST, words)


def _checked(
    world: World, experiment: Experiment[Any, Any, Any], words: Sequence[str]
) -> list[str]:
    """An experiment's command with these words, after everything was checked.

    Raises:
        UsageError: with everything that is wrong.
    """
    parser = argparse.ArgumentParser(prog="lab nanode")
    experiment.options(parser)
    settings = experiment.settings(parser.parse_args(words), names(world.root))
    checked(
        world,
        lambda there: [
            *experiment.problems(settings, there),
            *variant_problems(world, there, lambda: experiment.variants(settings)),
        ],
    )
    return [experiment.name, *words]


def _given(arguments: argparse.Namespace, *options: str) -> list[str]:
    """The options that the command line names, as words."""
    words = []
    for name in options:
        value = getattr(arguments, name)
        if value is not None:
            words += [option(name, value), *map(str, value if isinstance(value, list) else [value])]
    return words
