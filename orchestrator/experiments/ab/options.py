"""The command line of ``lab ab``."""

from __future__ import annotations

import argparse
import random

from orchestrator.errors import UsageError
from orchestrator.experiments.ab.record import ABSettings, By
from orchestrator.model.catalogue import Names
from orchestrator.options import add_budget, first_workload

SIDE = "flask==3.0.3 | path:DIR | rev:REV | python:3.12 | service:NAME | image:REF | env:KEY=VALUE"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "service", nargs="?", metavar="SERVICE", help="a name that `lab list` shows"
    )
    for option, text in (("base", "what is compared with"), ("head", "what is judged")):
        parser.add_argument(
            f"--{option}",
            metavar="SIDE",
            required=True,
            help=f"{text}: {SIDE}, several joined by commas; `here` is the service as it is",
        )
    parser.add_argument(
        "--workload",
        metavar="NAME",
        help="what to request: a name from services/contract.toml; default: the first",
    )
    add_budget(parser)
    parser.add_argument(
        "--fail-above",
        metavar="PERCENT",
        type=share,
        default=0.0,
        help="exit with 1 only if the head is certainly slower by more than this, such as 3%%; "
        "default: 0%%",
    )
    parser.add_argument(
        "--by",
        choices=[by.value for by in By],
        default=By.CPU.value,
        help="what decides: the servers' CPU time for a request, or their user-space instructions; "
        f"default: {By.CPU}",
    )
    parser.add_argument(
        "--seed",
        type=int,
        metavar="N",
        help="seed for hash seeds and the order of requests; default: random",
    )


def chosen(arguments: argparse.Namespace, there: Names) -> ABSettings:
    """The settings that the command line names; defaults for the rest.

    Raises:
        UsageError: no service is named.
    """
    if arguments.service is None:
        raise UsageError("name the service to compare, or your own application (--app)")
    seed = arguments.seed
    return ABSettings(
        service=arguments.service,
        base=arguments.base,
        head=arguments.head,
        workload=arguments.workload or first_workload(there),
        budget_s=arguments.budget,
        fail_above=arguments.fail_above,
        by=By(arguments.by),
        seed=random.SystemRandom().randrange(10**6) if seed is None else seed,
    )


def share(text: str) -> float:
    """A percentage such as 3% as a share; a type for argparse."""
    try:
        percent = float(text.removesuffix("%"))
    except ValueError:
        percent = -1.0
    if not 0 <= percent <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r}: give a percentage such as 3%")
    return percent / 100
