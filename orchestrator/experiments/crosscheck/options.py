"""The command line of ``lab crosscheck``."""

from __future__ import annotations

import argparse

from labwire.client import Client
from orchestrator.experiments.crosscheck.record import CrossCheckSettings
from orchestrator.model.catalogue import Names
from orchestrator.options import add_client, add_network, add_services, chosen_network


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_services(parser)
    for option, default, text in (
        ("pairs", 10, "pairs of slices (one of each client) for each service"),
        ("seconds", 3, "length of one slice in seconds"),
        ("connections", 64, "connections of each client"),
    ):
        parser.add_argument(
            f"--{option}",
            type=int,
            metavar="N",
            default=default,
            help=f"{text}; default: {default}",
        )
    parser.add_argument(
        "--workload",
        metavar="NAME",
        default="json",
        help="what to request: a name from services/contract.toml; default: json",
    )
    add_network(parser)
    add_client(parser)


def chosen(arguments: argparse.Namespace, there: Names) -> CrossCheckSettings:
    """The settings that the command line names; defaults for the rest."""
    return CrossCheckSettings(
        services=tuple(dict.fromkeys(arguments.services)) or there.services,
        workload=arguments.workload,
        pairs=arguments.pairs,
        seconds=arguments.seconds,
        connections=arguments.connections,
        network=chosen_network(arguments),
        client=arguments.client or Client.ENGINE.value,
    )
