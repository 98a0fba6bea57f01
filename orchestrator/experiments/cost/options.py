"""The command line of ``lab cost``."""

from __future__ import annotations

import argparse
import random

from orchestrator.experiments.cost.record import CostSettings
from orchestrator.model.catalogue import Names
from orchestrator.options import (
    add_bases,
    add_budget,
    add_python,
    add_services,
    add_workloads,
    chosen_services,
    chosen_set,
    with_bases,
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_services(parser)
    add_bases(parser)
    add_workloads(parser)
    add_budget(parser)
    add_python(parser)
    parser.add_argument(
        "--seed",
        type=int,
        metavar="N",
        help="seed for hash seeds and the orders of containers and requests; default: random",
    )


def chosen(arguments: argparse.Namespace, there: Names) -> CostSettings:
    """The settings that the command line names; defaults for the rest."""
    services = chosen_services(arguments, there)
    seed = arguments.seed
    return CostSettings(
        services=with_bases(services, there) if arguments.bases else services,
        bases=bool(arguments.bases),
        set_name=chosen_set(arguments),
        workloads=tuple(dict.fromkeys(arguments.workload or ())) or there.usual,
        budget_s=arguments.budget,
        seed=random.SystemRandom().randrange(10**6) if seed is None else seed,
        python=arguments.python,
    )
