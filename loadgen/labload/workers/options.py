"""The lab's options for Locust's command line. Locust sends them to workers with its own."""

import argparse
from math import inf, nan
from typing import Any

from labload.engine.target import Target, aim
from labload.workloads import contract_path
from labwire.client import CLIENTS, Client
from labwire.contract import read_contract
from labwire.settings import RampSettings, decode


def add_options(parser: Any) -> None:
    """Add the lab's options to Locust's parser.

    Each help text is also the label of a field in the form of Locust's page, so it is short.

    Raises:
        FileError: the contract is wrong.
    """
    workloads = list(read_contract(contract_path()))
    parser.add_argument(
        "--workload",
        choices=workloads,
        default=workloads[0],
        env_var="LAB_WORKLOAD",
        help="The workload to request, by its name in the contract",
    )
    parser.add_argument(
        "--client",
        choices=CLIENTS,
        default=CLIENTS[0],
        env_var="LAB_CLIENT",
        help="The lab's engine, or for comparison Locust's FastHttpUser or HttpUser",
    )
    parser.add_argument(
        "--rate",
        type=_positive,
        env_var="LAB_RATE",
        help="Requests/s of all workers together (open loop); without it, a closed loop",
    )
    parser.add_argument(
        "--connect-timeout",
        type=_positive,
        default=3.0,
        help="Seconds; --ramp has its own",
    )
    parser.add_argument(
        "--request-timeout",
        type=_positive,
        default=5.0,
        help="Seconds, connecting included; --ramp has its own",
    )
    parser.add_argument(
        "--ramp",
        type=_ramp,
        metavar="JSON",
        include_in_web_ui=False,
        help="Settings of a trial, for a headless master only; writes its events to stdout",
    )


def ramp_settings(options: argparse.Namespace) -> RampSettings | None:
    """The settings given with `--ramp`; None in interactive use."""
    return decode(options.ramp) if options.ramp else None


def unfit(client: str, settings: RampSettings, workers: int) -> str | None:
    """Why this client cannot carry out these settings; None if it can."""
    chosen = Client(client)
    if settings.open_s and not chosen.has_open_loop:
        return f"an open loop needs --client {Client.ENGINE}"
    most = chosen.most_users(workers)
    if most is not None and settings.users[-1] > most:
        return (
            f"{settings.users[-1]} users are too many for --client {chosen}: on file descriptors "
            f"from 1024 on it opens a connection for each request; use at most {most} users"
        )
    return None


def chosen_rate(options: argparse.Namespace) -> float | None:
    """The arrival rate in requests/s; None in a closed loop.

    Raises:
        ValueError: the client cannot send at a rate, or the rate is not a number greater than 0.
    """
    if not options.rate:
        return None
    if not Client(options.client).has_open_loop:
        raise ValueError(f"an arrival rate (--rate) needs --client {Client.ENGINE}")
    return _above_0("an arrival rate (--rate)", options.rate)


def chosen_target(options: argparse.Namespace, url: str | None) -> Target:
    """The target that the options describe, at `url`.

    Raises:
        OSError: the name does not resolve.
        ValueError: an option or the URL is wrong.
    """
    if not url:
        raise ValueError("there is no target: give --host=http://host:port")
    ramp = ramp_settings(options)
    return aim(
        url,
        read_contract(contract_path())[options.workload],
        ramp.connect_timeout_s if ramp else _above_0("--connect-timeout", options.connect_timeout),
        ramp.request_timeout_s if ramp else _above_0("--request-timeout", options.request_timeout),
    )


def _positive(text: str) -> float:
    try:
        return _above_0("it", text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _above_0(what: str, given: Any) -> float:
    """`given` as a number. An option gives a number; the form of the web page gives a text."""
    try:
        number = float(given)
    except ValueError:
        number = nan
    if not 0 < number < inf:
        raise ValueError(f"{what} must be a number greater than 0, not {str(given)[:40]!r}")
    return number


def _ramp(text: str) -> str:
    # Checked here, so that a mistake ends the program, but kept as text: Locust sends the options
    # to the workers in a message that cannot contain classes.
    try:
        decode(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text
