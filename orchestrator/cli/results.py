"""``lab report``: what becomes of a record."""

from __future__ import annotations

import argparse

from orchestrator.cli.codes import ALL_WELL
from orchestrator.cli.commands import Commands, add_results, command
from orchestrator.wiring.run import report


def add(commands: Commands) -> None:
    """Add the command."""
    text = "rebuild RUN/report/ from RUN/run.json, no Docker"
    parser = command(commands, "report", _report, text)
    parser.add_argument("run", metavar="RUN", help="a run's id, its folder, or latest")
    add_results(parser)


def _report(arguments: argparse.Namespace) -> int:
    report(arguments.results, arguments.run)
    return ALL_WELL
