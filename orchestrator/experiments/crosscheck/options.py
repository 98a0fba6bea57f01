"""The command line of ``lab crosscheck``."""

from __future__ import annotations

import argparse

from orchestrator.experiments.crosscheck.record import CrossCheckSettings
from orchestrator.model.catalogue import Names
from orchestrator.options import add_client, add_network, add_services, chosen_network
from orchestrator.profiles import ENGINE


def add_options(parser: argparse.ArgumentParser) -> None:
    """What can be chosen."""
    add_services(parser)
    for option, default, text in (
        ("pairs", 10, "of slices for each service"),
        ("seconds", 3, "of one slice"),
        ("connections", 64, "of both clients"),
    ):
        parser.add_argument(
            f"--{option}",
            type=int,
            metavar="N",
            default=default,
            help=f"{text}; default: {default}",
        )
    parser.add_argument("--workload", metavar="json|text", default="json", help="default: json")
    add_network(parser)
    add_client(parser)


def chosen(arguments: argparse.Namespace, there: Names) -> CrossCheckSettings:
    """What was chosen; the rest as it is usual."""
    return CrossCheckSettings(
        services=tuple(dict.fromkeys(arguments.services)) or there.services,
        workload=arguments.workload,
        pairs=arguments.pairs,
        seconds=arguments.seconds,
        connections=arguments.connections,
        network=chosen_network(arguments),
        client=arguments.client or ENGINE,
    )
