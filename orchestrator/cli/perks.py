"""``lab perks``: what a benchmark does not measure, as published and today."""

from __future__ import annotations

import argparse
import sys

from orchestrator.cli.codes import ALL_WELL, MISSING, SOME_FAILED
from orchestrator.cli.commands import Commands, add_json, add_results, command, link
from orchestrator.report.table import json_text
from orchestrator.wiring.perks import GITHUB, Refreshed, perks, refresh, show


def add(commands: Commands) -> None:
    """Add the command."""
    text = "stars, maintainers and releases: published in 2019 beside today"
    parser = command(commands, "perks", _perks, text)
    parser.add_argument(
        "--refresh",
        action="store_true",
        help="ask the public APIs first (GITHUB_TOKEN raises GitHub's limit)",
    )
    parser.add_argument(
        "--github",
        type=link,
        metavar="URL",
        default=GITHUB,
        help=f"GitHub's API; default: {GITHUB}",
    )
    parser.add_argument(
        "--index", type=link, metavar="URL", help="the package index; default: that of pip"
    )
    add_json(parser)
    add_results(parser)


def _perks(arguments: argparse.Namespace) -> int:
    code = ALL_WELL
    if arguments.refresh:
        done = refresh(arguments.results, arguments.github, arguments.index)
        for line in done.failures:
            print(f"lab: {line}", file=sys.stderr)
        code = refresh_code(done)
    table = perks(arguments.results)
    if arguments.json:
        print(json_text(table), end="")
    else:
        show(table)
    return code


def refresh_code(done: Refreshed) -> int:
    """0 all was fetched, 1 some of it was not, 3 nothing could be."""
    if not done.failures:
        return ALL_WELL
    return SOME_FAILED if done.fetched else MISSING
