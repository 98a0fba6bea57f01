"""``lab report`` and ``lab summary``: what becomes of a record."""

from __future__ import annotations

import argparse
import sys

from orchestrator.cli.codes import ALL_WELL
from orchestrator.cli.commands import Commands, add_results, command
from orchestrator.wiring.report import report, report_all, summarized


def add(commands: Commands) -> None:
    """Add the command."""
    text = "rebuild RUN/report/ from RUN/run.json, no Docker; without RUN that of every run"
    parser = command(commands, "report", _report, text)
    parser.add_argument("run", nargs="?", metavar="RUN", help="a run's id, its folder, or latest")
    add_results(parser)
    text = "a run on one screen, as Markdown: what it ranks, where it was made, and the doubts"
    parser = command(commands, "summary", _summary, text)
    parser.add_argument(
        "run", nargs="?", default="latest", metavar="RUN", help="as for report; default: latest"
    )
    add_results(parser)


def _summary(arguments: argparse.Namespace) -> int:
    print(summarized(arguments.results, arguments.run), end="")
    return ALL_WELL


def _report(arguments: argparse.Namespace) -> int:
    if arguments.run is not None:
        report(arguments.results, arguments.run)
        return ALL_WELL
    problems = report_all(arguments.results)
    for problem in problems:
        print(f"lab: {problem}", file=sys.stderr)
    return max((problem.exit_code for problem in problems), default=ALL_WELL)
