"""The command line of ``lab run``."""

from __future__ import annotations

import argparse
import random

from orchestrator.errors import UsageError
from orchestrator.model.catalogue import Names
from orchestrator.model.settings import Settings
from orchestrator.options import (
    add_client,
    add_network,
    add_services,
    add_workloads,
    chosen_network,
)
from orchestrator.profiles import ENGINE, PROFILES

# The options that make a run's plan: a resumed run has it already.
PLANNED = (
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
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    add_services(parser)
    add_workloads(parser)
    parser.add_argument(
        "--profile", metavar="NAME", help=f"{', '.join(PROFILES)}; default: standard"
    )
    parser.add_argument(
        "--duration", type=float, metavar="SECONDS", help="scales the profile's steps and timeouts"
    )
    parser.add_argument("--max-users", type=int, metavar="N", help="the ramp's last step")
    parser.add_argument("--repeats", type=int, metavar="N", help="default: 1")
    parser.add_argument("--seed", type=int, metavar="N", help="of the trials' order")
    add_network(parser)
    add_client(parser)
    parser.add_argument(
        "--open-loop",
        action=argparse.BooleanOptionalAction,
        help="measure at constant arrival rates, too; default: as the profile has it",
    )
    parser.add_argument(
        "--rate",
        type=float,
        metavar="R",
        help="requests/s of the open loop that all services have in common",
    )
    parser.add_argument(
        "--resume", metavar="RUN|latest", help="measure what is missing of a run, as it was planned"
    )


def resumed(arguments: argparse.Namespace) -> str | None:
    """The run that goes on, if one is named.

    Raises:
        UsageError: other things were chosen, too: a run goes on as it was planned.
    """
    if arguments.resume is None:
        return None
    if others := _given(arguments):
        raise UsageError(
            "--resume goes on with a run as it was planned; leave out " + ", ".join(others)
        )
    run: str = arguments.resume
    return run


def _given(arguments: argparse.Namespace) -> list[str]:
    """What was said of a run's plan on the command line."""
    values = {name: getattr(arguments, name) for name in PLANNED}
    options = [
        f"--{'no-' if value is False else ''}{name.replace('_', '-')}"
        for name, value in values.items()
        if value is not None
    ]
    return [*arguments.services, *options]


def chosen(arguments: argparse.Namespace, there: Names) -> Settings:
    """What was chosen; the rest as it is usual."""
    seed = arguments.seed
    return Settings(
        services=tuple(dict.fromkeys(arguments.services)) or there.services,
        workloads=tuple(dict.fromkeys(arguments.workload or ())) or there.workloads,
        profile=arguments.profile or "standard",
        duration_s=arguments.duration,
        max_users=arguments.max_users,
        repeats=1 if arguments.repeats is None else arguments.repeats,
        seed=random.SystemRandom().randrange(10**6) if seed is None else seed,
        network=chosen_network(arguments),
        client=arguments.client or ENGINE,
        open_loop=arguments.open_loop,
        rate=arguments.rate,
    )
