"""``lab report`` and ``lab summary``: make text and pages from a record."""

from __future__ import annotations

import argparse
import sys

from orchestrator.app.report import report, report_all, summarized
from orchestrator.cli.codes import ALL_WELL
from orchestrator.cli.commands import Commands, add_results, command
from orchestrator.world import World


def add(commands: Commands) -> None:
    """Add the commands."""
    text = (
        "rebuild the report of a run or cross-check from its record, without Docker; without RUN, "
        "do so for all"
    )
    parser = command(commands, "report", _report, text)
    parser.add_argument(
        "run",
        nargs="?",
        metavar="RUN",
        help="the id or folder of a run or cross-check; or `latest`, the newest run",
    )
    add_results(parser)
    text = "print a run or a judgement on one screen, as Markdown"
    parser = command(commands, "summary", _summary, text)
    parser.add_argument(
        "run",
        nargs="?",
        default="latest",
        metavar="RUN",
        help="its id, its folder, or `latest`, the newest of both; default: latest",
    )
    add_results(parser)


def _summary(world: World, arguments: argparse.Namespace) -> int:
    print(summarized(arguments.results, arguments.run), end="")
    return ALL_WELL


def _report(world: World, arguments: argparse.Namespace) -> int:
    if arguments.run is not None:
        report(world, arguments.results, arguments.run)
        return ALL_WELL
    problems = report_all(world, arguments.results)
    for problem in problems:
        print(f"lab: {problem}", file=sys.stderr)
    return max((problem.exit_code for problem in problems), default=ALL_WELL)
