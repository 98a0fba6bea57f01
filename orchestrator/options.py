"""Words of the command line that several commands have in common."""

from __future__ import annotations

import argparse

from orchestrator.model.placement import Network
from orchestrator.profiles import CLIENTS, ENGINE


def add_services(parser: argparse.ArgumentParser) -> None:
    """The services that a command is about."""
    parser.add_argument("services", nargs="*", metavar="SERVICE", help="default: all")


def add_workloads(parser: argparse.ArgumentParser) -> None:
    """The workloads that a command is about."""
    parser.add_argument(
        "--workload", nargs="+", action="extend", metavar="json|text", help="default: both"
    )


def add_network(parser: argparse.ArgumentParser) -> None:
    """How requests reach the server."""
    words = [network.value for network in Network]
    parser.add_argument("--network", choices=words, help=f"default: {Network.LOOPBACK}")


def chosen_network(arguments: argparse.Namespace) -> Network:
    """That of the command line."""
    return Network(arguments.network or Network.LOOPBACK)


def add_client(parser: argparse.ArgumentParser) -> None:
    """What sends the requests; None where nothing is said."""
    parser.add_argument(
        "--client", choices=CLIENTS, help=f"what sends the requests; default: {ENGINE}"
    )
