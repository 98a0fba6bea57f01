"""The command line of ``lab instructions``."""

from __future__ import annotations

import argparse

from orchestrator.bench.instructions import REQUESTS
from orchestrator.experiments.instructions.record import InstructionsSettings
from orchestrator.model.catalogue import Names
from orchestrator.options import (
    add_bases,
    add_python,
    add_services,
    chosen_services,
    chosen_set,
    with_bases,
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_services(parser)
    add_bases(parser)
    parser.add_argument(
        "--workload",
        metavar="NAME",
        default="json",
        help="what to request: a name from services/contract.toml; default: json",
    )
    add_python(parser)
    for option, default, text in (
        ("seeds", 5, "hash seeds of Python, from 0 on"),
        ("repeats", 1, "containers for each hash seed"),
        ("requests", REQUESTS, "requests that are counted in one container"),
    ):
        parser.add_argument(
            f"--{option}",
            type=int,
            metavar="N",
            default=default,
            help=f"{text}; default: {default}",
        )


def chosen(arguments: argparse.Namespace, there: Names) -> InstructionsSettings:
    """The settings that the command line names; defaults for the rest."""
    services = chosen_services(arguments, there)
    return InstructionsSettings(
        services=with_bases(services, there) if arguments.bases else services,
        bases=bool(arguments.bases),
        workload=arguments.workload,
        seeds=arguments.seeds,
        repeats=arguments.repeats,
        requests=arguments.requests,
        set_name=chosen_set(arguments),
        python=arguments.python,
    )
