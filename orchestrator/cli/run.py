"""``lab run``: measure."""

from __future__ import annotations

import argparse
import random

from labwire.client import CLIENTS, Client
from orchestrator.cli.codes import ALL_WELL, INTERRUPTED, SOME_FAILED
from orchestrator.cli.commands import (
    Commands,
    add_results,
    add_services,
    add_workloads,
    command,
    typed,
)
from orchestrator.errors import UsageError
from orchestrator.model.record import RunRecord
from orchestrator.model.settings import Settings
from orchestrator.model.trial import Outcome
from orchestrator.profiles import PROFILES
from orchestrator.wiring.catalogue import names
from orchestrator.wiring.run import resumable, run

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


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(commands, "run", _run, "measure")
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
    parser.add_argument("--network", choices=("loopback", "bridge"), help="default: loopback")
    parser.add_argument(
        "--client", choices=CLIENTS, help=f"what sends the requests; default: {Client.ENGINE}"
    )
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
    add_results(parser)


def _run(arguments: argparse.Namespace) -> int:
    if arguments.resume is not None:
        if others := _given(arguments):
            raise UsageError(
                "--resume goes on with a run as it was planned; leave out " + ", ".join(others)
            )
        settings = resumable(arguments.results, arguments.resume)
    else:
        settings = _settings(arguments)
    record = run(settings, typed(), arguments.results, arguments.resume)
    return exit_code(record)


def _given(arguments: argparse.Namespace) -> list[str]:
    """What was said of a run's plan on the command line."""
    values = {name: getattr(arguments, name) for name in PLANNED}
    options = [
        f"--{'no-' if value is False else ''}{name.replace('_', '-')}"
        for name, value in values.items()
        if value is not None
    ]
    return [*arguments.services, *options]


def _settings(arguments: argparse.Namespace) -> Settings:
    there = names()
    seed = arguments.seed
    return Settings(
        services=tuple(dict.fromkeys(arguments.services)) or there.services,
        workloads=tuple(dict.fromkeys(arguments.workload or ())) or there.workloads,
        profile=arguments.profile or "standard",
        duration_s=arguments.duration,
        max_users=arguments.max_users,
        repeats=1 if arguments.repeats is None else arguments.repeats,
        seed=random.SystemRandom().randrange(10**6) if seed is None else seed,
        network=arguments.network or "loopback",
        client=arguments.client or Client.ENGINE.value,
        open_loop=arguments.open_loop,
        rate=arguments.rate,
    )


def exit_code(record: RunRecord) -> int:
    """What a run ends with: 0 all measured, 1 some failed, 130 interrupted."""
    if record.interrupted:
        return INTERRUPTED
    measured = all(trial.outcome is Outcome.MEASURED for trial in record.trials)
    return ALL_WELL if measured else SOME_FAILED
