"""The command line of ``lab size``."""

from __future__ import annotations

import argparse
import random
import re

from orchestrator.durations import seconds_in
from orchestrator.experiments.size.record import SizeSettings
from orchestrator.model.catalogue import Names
from orchestrator.options import (
    add_python,
    add_services,
    chosen_services,
    chosen_set,
    duration,
    first_workload,
)

P99_S, ERRORS, SEARCHES, EVERY_S = 0.1, 0.001, 5, 10.0
MONTH_H = 730.0
"""Hours of a month, as hosts of virtual machines count them: a twelfth of 8,760."""
PERIODS_H = {"hour": 1.0, "day": 24.0, "month": MONTH_H, "year": 12 * MONTH_H}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_services(parser)
    parser.add_argument(
        "--workload",
        metavar="NAME",
        help="what to request: a name from services/contract.toml; default: the first",
    )
    parser.add_argument(
        "--p99",
        type=latency,
        metavar="TIME",
        default=P99_S,
        help="99 of 100 requests must be answered within this time after they were due, such as "
        f"100ms; default: {P99_S * 1000:.0f}ms",
    )
    parser.add_argument(
        "--errors",
        type=share,
        metavar="PER CENT",
        default=ERRORS,
        help="the share of requests that may fail, such as 0.1%%; default: 0.1%%",
    )
    parser.add_argument(
        "--every",
        type=duration,
        metavar="TIME",
        default=EVERY_S,
        help="how often a user sends a request, which makes a rate a number of users; default: "
        f"{EVERY_S:g}s",
    )
    parser.add_argument(
        "--price",
        type=price,
        metavar="PRICE",
        help="what such a server costs, such as 5/month or 0.007/hour; adds requests for a unit of "
        "money",
    )
    parser.add_argument(
        "--searches",
        type=int,
        metavar="N",
        default=SEARCHES,
        help="independent searches, each with a new container; from 2 on they give an interval; "
        f"default: {SEARCHES}",
    )
    add_python(parser)
    parser.add_argument(
        "--seed", type=int, metavar="N", help="seed for Python's hash seeds; default: random"
    )


def chosen(arguments: argparse.Namespace, there: Names) -> SizeSettings:
    """The settings that the command line names; defaults for the rest."""
    seed = arguments.seed
    return SizeSettings(
        services=chosen_services(arguments, there),
        set_name=chosen_set(arguments),
        workload=arguments.workload or first_workload(there),
        p99_s=arguments.p99,
        errors=arguments.errors,
        searches=arguments.searches,
        every_s=arguments.every,
        price=arguments.price,
        seed=random.SystemRandom().randrange(10**6) if seed is None else seed,
        python=arguments.python,
    )


def latency(text: str) -> float:
    """Seconds in a time such as 100ms or 0.5s; a type for argparse."""
    try:
        if text.endswith("ms"):
            return seconds_in(text.removesuffix("ms") + "s") / 1000
        return seconds_in(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: give a time such as 100ms or 0.5s") from None


def share(text: str) -> float:
    """A share such as 0.1% or 0; a type for argparse."""
    try:
        found = float(text.removesuffix("%")) / 100
    except ValueError:
        found = -1.0
    if not 0 <= found < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: give a percentage from 0 to 99, such as 0.1%")
    return found


def price(text: str) -> float:
    """The price of a month in a text such as 5/month or 0.007/hour; a type for argparse."""
    found = re.fullmatch(r"[^\d.]{0,3}(\d+(?:\.\d+)?)/(\w+)", text.strip())
    if found is None or found[2] not in PERIODS_H or float(found[1]) <= 0:
        raise argparse.ArgumentTypeError(
            f"{text!r}: give a price above 0 for {', '.join(PERIODS_H)}, such as 5/month"
        )
    return float(found[1]) * MONTH_H / PERIODS_H[found[2]]
