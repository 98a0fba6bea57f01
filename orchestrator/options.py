"""Command-line options that several commands share."""

from __future__ import annotations

import argparse

from labwire.client import CLIENTS, Client
from orchestrator.durations import seconds_in
from orchestrator.errors import UsageError
from orchestrator.model.catalogue import DEFAULT_SET, SETS, Names
from orchestrator.model.placement import Network
from orchestrator.words import is_python_tag

BUDGET_S, BUDGET_MOST_S = 300.0, 24 * 3600.0
LARGEST_SEED = 2**32 - 1


def add_services(parser: argparse.ArgumentParser) -> None:
    """Add the services to work on."""
    parser.add_argument(
        "services",
        nargs="*",
        metavar="SERVICE",
        help=f"a name that `lab list` shows; default: the set {DEFAULT_SET}",
    )
    add_set(parser)


def add_set(parser: argparse.ArgumentParser) -> None:
    """Add the set of services to work on; None if the command line names none."""
    parser.add_argument(
        "--set",
        dest="set_name",
        choices=SETS,
        help="all services of a set, which `lab list` shows; default: "
        f"{DEFAULT_SET}, unless services are named",
    )


def chosen_services(arguments: argparse.Namespace, there: Names) -> tuple[str, ...]:
    """The services that the command line names, or those of the set.

    Raises:
        UsageError: it names services and a set, or the set has no service.
    """
    named = tuple(dict.fromkeys(arguments.services))
    if named and arguments.set_name is not None:
        raise UsageError("name services or a set (--set), not both")
    if named:
        return named
    wanted = arguments.set_name or DEFAULT_SET
    if not (found := there.of_set(wanted)):
        raise UsageError(
            f"no service is in the set {wanted}; name one: {', '.join(there.services)}"
        )
    return found


def add_bases(parser: argparse.ArgumentParser, text: str = "") -> None:
    """Add whether the bases of the chosen services take part; None if the command line is silent.

    Args:
        text: what else to say of it, after its help.
    """
    parser.add_argument(
        "--bases",
        action="store_true",
        default=None,
        help="also take the base of each service, so that there are framework taxes: the function "
        f"without a framework on the same server{text}",
    )


def with_bases(services: tuple[str, ...], there: Names) -> tuple[str, ...]:
    """These services, then those of their bases that are not among them."""
    found = (there.bases[service] for service in services if service in there.bases)
    return tuple(dict.fromkeys((*services, *found)))


def chosen_set(arguments: argparse.Namespace) -> str | None:
    """The set that is measured; None if the command line names services."""
    return None if arguments.services else arguments.set_name or DEFAULT_SET


def add_python(parser: argparse.ArgumentParser) -> None:
    """Add the version of Python that all services run on; None if the command line names none."""
    parser.add_argument(
        "--python",
        type=python_tag,
        metavar="VERSION",
        help="run all services on this Python, such as 3.12: a tag of the official image; "
        "default: each service on its own",
    )


def python_tag(text: str) -> str:
    """A version of Python such as 3.12; a type for argparse."""
    if not is_python_tag(text):
        raise argparse.ArgumentTypeError(
            f"{text!r}: give a version of Python 3, or another tag of its official image, such as "
            "3.12, 3.12.1 or 3.14-rc"
        )
    return text


def option(name: str, value: object) -> str:
    """The option that sets this argument to this value, without the value."""
    if name == "set_name":
        return "--set"
    return f"--{'no-' if value is False else ''}{name.replace('_', '-')}"


def add_workloads(parser: argparse.ArgumentParser) -> None:
    """Add the workloads to measure."""
    parser.add_argument(
        "--workload",
        nargs="+",
        action="extend",
        metavar="NAME",
        help="what to request: names from services/contract.toml; default: those that are not "
        "on_request there",
    )


def first_workload(there: Names) -> str:
    """What is requested if a command that takes one workload names none."""
    return (*there.usual, *there.workloads, "json")[0]


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


def add_budget(parser: argparse.ArgumentParser) -> None:
    """Add the time to measure, in seconds."""
    parser.add_argument(
        "--budget",
        metavar="TIME",
        type=duration,
        default=BUDGET_S,
        help="the most time to measure, such as 90s or 5m; default: 5m",
    )


def budget_problems(budget_s: float) -> list[str]:
    """What is wrong with a time to measure, in words."""
    return ["--budget: give at most 24h"] if budget_s > BUDGET_MOST_S else []


def seed_problems(seed: int) -> list[str]:
    """What is wrong with a seed, in words."""
    if 0 <= seed <= LARGEST_SEED:
        return []
    return [f"--seed {seed}: give 0 to {LARGEST_SEED:,}"]


def duration(text: str) -> float:
    """Seconds in a time such as 90s or 5m; a type for argparse."""
    try:
        return seconds_in(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: give a time such as 90s or 5m") from None
