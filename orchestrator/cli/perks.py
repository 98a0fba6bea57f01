"""``lab perks``: stars, maintainers and releases, as published in 2019 and today."""

from __future__ import annotations

import argparse
import sys

from orchestrator.app.perks import Refreshed, perks, refresh, show
from orchestrator.cli.codes import ALL_WELL, MISSING, SOME_FAILED
from orchestrator.cli.commands import Commands, add_json, add_results, command, link
from orchestrator.report.table import json_text
from orchestrator.world import World
from orchestrator.world.apis import GITHUB


def add(commands: Commands) -> None:
    """Add the command."""
    text = "show stars, maintainers and releases, as published in 2019 and today"
    parser = command(commands, "perks", _perks, text)
    parser.add_argument(
        "--refresh",
        action="store_true",
        help="first fetch today's numbers from public APIs (GITHUB_TOKEN raises GitHub's limit)",
    )
    parser.add_argument(
        "--github",
        type=link,
        metavar="URL",
        default=GITHUB,
        help=f"address of GitHub's API; default: {GITHUB}",
    )
    parser.add_argument(
        "--index",
        type=link,
        metavar="URL",
        help="address of the package index; default: the one that pip uses",
    )
    add_json(parser)
    add_results(parser)


def _perks(world: World, arguments: argparse.Namespace) -> int:
    code = ALL_WELL
    if arguments.refresh:
        done = refresh(world, arguments.results, arguments.github, arguments.index)
        for line in done.failures:
            print(f"lab: {line}", file=sys.stderr)
        code = refresh_code(done)
    table = perks(arguments.results)
    if arguments.json:
        print(json_text(table), end="")
    else:
        show(world.out, table)
    return code


def refresh_code(done: Refreshed) -> int:
    """0 everything was fetched, 1 something was not, 3 nothing was."""
    if not done.failures:
        return ALL_WELL
    return SOME_FAILED if done.fetched else MISSING
