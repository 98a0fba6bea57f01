"""The command line of ``lab crosscheck``."""

from __future__ import annotations

import argparse

from labwire.client import Client
from orchestrator.errors import UsageError
from orchestrator.experiments.crosscheck.record import CrossCheckSettings
from orchestrator.model.catalogue import Names
from orchestrator.options import (
    add_client,
    add_network,
    add_python,
    add_services,
    chosen_network,
    chosen_services,
    chosen_set,
)

WITHIN_PERCENT = 3.0
BUDGET_S = 120.0
SLICE_S = 0.4


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_services(parser)
    parser.add_argument(
        "--within",
        type=float,
        metavar="PERCENT",
        help="go on until the interval of the ratio is this narrow, either way; default: "
        f"{WITHIN_PERCENT:g}",
    )
    parser.add_argument(
        "--budget",
        type=float,
        metavar="SECONDS",
        help=f"the most that a service's pairs may take; default: {BUDGET_S:g}",
    )
    parser.add_argument(
        "--pairs",
        type=int,
        metavar="N",
        help="exactly this many pairs of slices for each service, instead of --within and --budget",
    )
    parser.add_argument(
        "--seconds",
        type=float,
        metavar="S",
        default=SLICE_S,
        help=f"length of one slice, in tenths of a second; default: {SLICE_S:g}",
    )
    parser.add_argument(
        "--connections",
        type=int,
        metavar="N",
        default=64,
        help="connections of each client; default: 64",
    )
    parser.add_argument(
        "--workload",
        metavar="NAME",
        default="json",
        help="what to request: a name from services/contract.toml; default: json",
    )
    add_python(parser)
    add_network(parser)
    add_client(parser)


def chosen(arguments: argparse.Namespace, there: Names) -> CrossCheckSettings:
    """The settings that the command line names; defaults for the rest.

    Raises:
        UsageError: both an exact number of pairs and a limit.
    """
    exact = arguments.pairs is not None
    if exact and (arguments.within is not None or arguments.budget is not None):
        raise UsageError(["--pairs is an exact number: leave out --within and --budget"])
    return CrossCheckSettings(
        services=chosen_services(arguments, there),
        workload=arguments.workload,
        pairs=arguments.pairs,
        seconds=arguments.seconds,
        within=None if exact else _or(arguments.within, WITHIN_PERCENT) / 100,
        budget_s=None if exact else _or(arguments.budget, BUDGET_S),
        connections=arguments.connections,
        network=chosen_network(arguments),
        set_name=chosen_set(arguments),
        client=arguments.client or Client.ENGINE.value,
        python=arguments.python,
    )


def _or(given: float | None, default: float) -> float:
    return default if given is None else given
