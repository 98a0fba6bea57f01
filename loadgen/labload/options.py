"""The lab's additions to Locust's command line; they reach the workers with Locust's own."""

import argparse
from typing import Any

from labload.exchange import Target, aim
from labload.ramp import RampSettings, parse_settings
from labload.workloads import contract_path, read_workloads


def add_options(parser: Any) -> None:
    """Add the lab's options to Locust's parser."""
    workloads = list(read_workloads(contract_path()))
    parser.add_argument(
        "--workload",
        choices=workloads,
        default=workloads[0],
        env_var="LAB_WORKLOAD",
        help="What is asked for, by its name in the contract",
    )
    parser.add_argument(
        "--connect-timeout",
        type=_seconds,
        default=3.0,
        help="Seconds a connect may take (a ramp says it itself)",
    )
    parser.add_argument(
        "--request-timeout",
        type=_seconds,
        default=5.0,
        help="Seconds a request may take, connecting included (a ramp says it itself)",
    )
    parser.add_argument(
        "--ramp",
        type=_ramp,
        metavar="JSON",
        include_in_web_ui=False,
        help="Headless master only: the trial's settings; its events appear on stdout",
    )


def ramp_settings(options: argparse.Namespace) -> RampSettings | None:
    """The settings given with `--ramp`, None in interactive use."""
    return parse_settings(options.ramp) if options.ramp else None


def chosen_target(options: argparse.Namespace, url: str | None) -> Target:
    """What the options ask for, at `url`; raises OSError or ValueError if that cannot be."""
    if not url:
        raise ValueError("no target: --host=http://host:port is missing")
    ramp = ramp_settings(options)
    return aim(
        url,
        read_workloads(contract_path())[options.workload],
        ramp.connect_timeout_s if ramp else float(options.connect_timeout),
        ramp.request_timeout_s if ramp else float(options.request_timeout),
    )


def _seconds(text: str) -> float:
    seconds = float(text)
    if not seconds > 0:
        raise argparse.ArgumentTypeError("must be greater than 0")
    return seconds


def _ramp(text: str) -> str:
    # Checked here, where a mistake ends the program, but kept as text: the options travel to the
    # workers in a message that knows no classes.
    try:
        parse_settings(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text
