"""``lab report``: what becomes of a record."""

from __future__ import annotations

import argparse
import sys

from orchestrator.cli.codes import ALL_WELL
from orchestrator.cli.commands import Commands, add_results, command
from orchestrator.wiring.report import report, report_all


def add(commands: Commands) -> None:
    """Add the command."""
    text = "rebuild RUN/report/ from RUN/run.json, no Docker; without RUN that of every run"
    parser = command(commands, "report", _report, text)
    parser.add_argument("run", nargs="?", metavar="RUN", help="a run's id, its folder, or latest")
    add_results(parser)


def _report(arguments: argparse.Namespace) -> int:
    if arguments.run is not None:
        report(arguments.results, arguments.run)
        return ALL_WELL
    problems = report_all(arguments.results)
    for problem in problems:
        print(f"lab: {problem}", file=sys.stderr)
    return max((problem.exit_code for problem in problems), default=ALL_WELL)
