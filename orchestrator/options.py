"""Command-line options that several commands share."""

from __future__ import annotations

import argparse

from labwire.client import CLIENTS, Client
from orchestrator.model.placement import Network


def add_services(parser: argparse.ArgumentParser) -> None:
    """Add the services to work on."""
    parser.add_argument(
        "services",
        nargs="*",
        metavar="SERVICE",
        help="a name that `lab list` shows; default: all services",
    )


def add_workloads(parser: argparse.ArgumentParser) -> None:
    """Add the workloads to measure."""
    parser.add_argument(
        "--workload",
        nargs="+",
        action="extend",
        metavar="NAME",
        help="what to request: names from services/contract.toml; default: all",
    )


def add_network(parser: argparse.ArgumentParser) -> None:
    """Add the network between load generator and server."""
    words = [network.value for network in Network]
    parser.add_argument(
        "--network",
        choices=words,
        help="loopback: the load joins the server's network namespace; bridge: server and load are "
        f"on a Docker bridge; default: {Network.LOOPBACK}",
    )


def chosen_network(arguments: argparse.Namespace) -> Network:
    """The network that the command line names, or the default."""
    return Network(arguments.network or Network.LOOPBACK)


def add_client(parser: argparse.ArgumentParser) -> None:
    """Add the client that sends the requests; None if the command line names none."""
    parser.add_argument(
        "--client",
        choices=CLIENTS,
        help=f"what sends the requests: the lab's {Client.ENGINE}, or one of Locust's own clients; "
        f"default: {Client.ENGINE}",
    )
