"""``lab crosscheck``: the lab's client beside wrk."""

from __future__ import annotations

import argparse

from labwire.client import CLIENTS, Client
from orchestrator.cli.codes import ALL_WELL, INTERRUPTED, SOME_FAILED
from orchestrator.cli.commands import Commands, add_results, add_services, command, typed
from orchestrator.compare import summary
from orchestrator.model.crosscheck import CrossCheck, CrossCheckSettings
from orchestrator.wiring.catalogue import names
from orchestrator.wiring.crosscheck import crosscheck


def add(commands: Commands) -> None:
    """Add the command."""
    text = "the lab's own client beside wrk, counted by both ends"
    parser = command(commands, "crosscheck", _crosscheck, text)
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
    parser.add_argument(
        "--network", choices=("loopback", "bridge"), default="loopback", help="default: loopback"
    )
    parser.add_argument(
        "--client",
        choices=CLIENTS,
        default=Client.ENGINE.value,
        help=f"the lab's; default: {Client.ENGINE}",
    )
    add_results(parser)


def _crosscheck(arguments: argparse.Namespace) -> int:
    settings = CrossCheckSettings(
        services=tuple(dict.fromkeys(arguments.services)) or names().services,
        workload=arguments.workload,
        pairs=arguments.pairs,
        seconds=arguments.seconds,
        connections=arguments.connections,
        network=arguments.network,
        client=arguments.client,
    )
    return crosscheck_code(crosscheck(settings, typed(), arguments.results))


def crosscheck_code(record: CrossCheck) -> int:
    """0 all checked, 1 some failed or were counted differently by both ends, 130 interrupted."""
    if record.interrupted:
        return INTERRUPTED
    rows = [summary(check, record.settings.connections) for check in record.services]
    failed = any(check.reason for check in record.services)
    return SOME_FAILED if failed or not all(row.counts_agree for row in rows) else ALL_WELL
