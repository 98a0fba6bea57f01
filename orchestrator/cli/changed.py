"""``lab changed``: list the services that a change touches."""

from __future__ import annotations

import argparse
import json

from orchestrator.app.changed import changed
from orchestrator.cli.codes import ALL_WELL
from orchestrator.cli.commands import Commands, add_json, command
from orchestrator.world import World


def add(commands: Commands) -> None:
    """Add the command."""
    text = "list the services that a change touches, one per line; docs/ci.md has the rules"
    parser = command(commands, "changed", _changed, text)
    parser.add_argument(
        "--since",
        metavar="REV",
        required=True,
        help="a commit, branch or tag; changes since the fork from it count, also uncommitted ones",
    )
    add_json(parser)


def _changed(world: World, arguments: argparse.Namespace) -> int:
    found = changed(world, arguments.since)
    if arguments.json:
        print(json.dumps(found, indent=2))
    else:
        for name in found:
            print(name)
    return ALL_WELL
