"""What every command of ``lab`` needs of argparse."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from orchestrator.wiring.catalogue import ROOT

Call = Callable[[argparse.Namespace], int]
"""A command: its arguments in, its exit code out."""


class Commands(Protocol):
    """Where argparse takes a new command."""

    def add_parser(self, name: str, *, help: str, description: str) -> argparse.ArgumentParser:  # noqa: A002
        """Add it; its own parser."""


def command(commands: Commands, name: str, call: Call, text: str) -> argparse.ArgumentParser:
    """Add a command; its parser, for its own arguments."""
    parser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(command=call)
    return parser


def add_services(parser: argparse.ArgumentParser) -> None:
    """The services that a command is about."""
    parser.add_argument("services", nargs="*", metavar="SERVICE", help="default: all")


def add_workloads(parser: argparse.ArgumentParser) -> None:
    """The workloads that a command is about."""
    parser.add_argument(
        "--workload", nargs="+", action="extend", metavar="json|text", help="default: both"
    )


def add_results(parser: argparse.ArgumentParser) -> None:
    """Where runs are."""
    parser.add_argument("--results", type=Path, default=ROOT / "results", metavar="DIR")


def add_json(parser: argparse.ArgumentParser) -> None:
    """For programs."""
    parser.add_argument("--json", action="store_true", help="for programs")


def typed() -> str:
    """The command line as a person would type it."""
    return shlex.join(["lab", *sys.argv[1:]])
