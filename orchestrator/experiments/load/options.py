"""The command line of ``lab run``."""

from __future__ import annotations

import argparse
import random

from labwire.client import Client
from orchestrator.errors import UsageError
from orchestrator.model.catalogue import Names
from orchestrator.model.settings import Settings
from orchestrator.options import (
    add_bases,
    add_client,
    add_network,
    add_python,
    add_services,
    add_workloads,
    chosen_network,
    chosen_services,
    chosen_set,
    option,
)
from orchestrator.profiles import COST, PROFILES

# The options that determine a run's plan. A resumed run has its plan already.
PLANNED = (
    "set_name",
    "workload",
    "profile",
    "duration",
    "max_users",
    "repeats",
    "seed",
    "network",
    "client",
    "open_loop",
    "rate",
    "python",
    "bases",
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_services(parser)
    add_workloads(parser)
    parser.add_argument(
        "--profile",
        metavar="NAME",
        help=f"length and steps of the load: {', '.join(PROFILES)}; or {COST}, "
        "which is `lab cost`; default: standard",
    )
    add_bases(parser, f"; only with --profile {COST}")
    parser.add_argument(
        "--duration",
        type=float,
        metavar="SECONDS",
        help="length of a trial's closed loop; the profile's steps and timeouts scale with it",
    )
    parser.add_argument("--max-users", type=int, metavar="N", help="users at the ramp's last step")
    parser.add_argument(
        "--repeats", type=int, metavar="N", help="trials of each service and workload; default: 1"
    )
    parser.add_argument(
        "--seed", type=int, metavar="N", help="seed for the order of the trials; default: random"
    )
    add_python(parser)
    add_network(parser)
    add_client(parser)
    parser.add_argument(
        "--open-loop",
        action=argparse.BooleanOptionalAction,
        help="also measure latency at constant arrival rates; default: as in the profile",
    )
    parser.add_argument(
        "--rate",
        type=float,
        metavar="R",
        help="open loop with this arrival rate (requests/s) for every service",
    )
    parser.add_argument(
        "--resume",
        metavar="RUN|latest",
        help="finish an interrupted run: measure its missing trials, with its own settings",
    )


def resumed(arguments: argparse.Namespace) -> str | None:
    """The run to resume; None for a new run.

    Raises:
        UsageError: the command line also names settings, but a resumed run keeps its own.
    """
    if arguments.resume is None:
        return None
    if others := _given(arguments):
        raise UsageError(
            "--resume continues a run with its own settings; leave out " + ", ".join(others)
        )
    run: str = arguments.resume
    return run


def _given(arguments: argparse.Namespace) -> list[str]:
    """The words of the command line that would determine a plan."""
    values = {name: getattr(arguments, name) for name in PLANNED}
    options = [option(name, value) for name, value in values.items() if value is not None]
    return [*arguments.services, *options]


def chosen(arguments: argparse.Namespace, there: Names) -> Settings:
    """The settings that the command line names; defaults for the rest.

    Raises:
        UsageError: bases are for a cost table only.
    """
    if arguments.bases:
        raise UsageError(
            f"--bases adds what framework taxes need, which only --profile {COST} computes; use "
            "that, or name the bases"
        )
    seed = arguments.seed
    return Settings(
        services=chosen_services(arguments, there),
        set_name=chosen_set(arguments),
        workloads=tuple(dict.fromkeys(arguments.workload or ())) or there.usual,
        profile=arguments.profile or "standard",
        duration_s=arguments.duration,
        max_users=arguments.max_users,
        repeats=1 if arguments.repeats is None else arguments.repeats,
        seed=random.SystemRandom().randrange(10**6) if seed is None else seed,
        network=chosen_network(arguments),
        client=arguments.client or Client.ENGINE.value,
        open_loop=arguments.open_loop,
        rate=arguments.rate,
        python=arguments.python,
    )
