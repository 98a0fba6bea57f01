"""``lab update``: raise the locks of services to the newest stable releases."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from orchestrator.app.catalogue import names
from orchestrator.app.update import update
from orchestrator.app.updated import Update, json_of, summary, verdict
from orchestrator.cli.codes import ALL_WELL, SOME_FAILED
from orchestrator.cli.commands import Commands, add_json, command
from orchestrator.files.atomic import write_atomically
from orchestrator.model.catalogue import ALL, SETS
from orchestrator.options import chosen_services
from orchestrator.world import World


def add(commands: Commands) -> None:
    """Add the command."""
    text = "raise the locks of services to the newest stable releases, and verify what was raised"
    parser = command(commands, "update", _update, text)
    parser.add_argument(
        "services",
        nargs="*",
        metavar="SERVICE",
        help="a name that `lab list` shows; default: all services",
    )
    parser.add_argument(
        "--set", dest="set_name", choices=SETS, help="the services of a set, instead of names"
    )
    parser.add_argument(
        "--check", action="store_true", help="only tell what would change (exit code 1)"
    )
    parser.add_argument(
        "--no-verify",
        action="store_true",
        help="do not check the raised services against the contract (needs no Docker)",
    )
    parser.add_argument(
        "--summary", type=Path, metavar="FILE", help="also write a summary as Markdown"
    )
    add_json(parser)


def _update(world: World, arguments: argparse.Namespace) -> int:
    named = arguments.services or arguments.set_name not in (None, ALL)
    services = chosen_services(arguments, names(world.root)) if named else ()
    told = replace(world, out=world.err) if arguments.json else world
    done = update(told, services, write=not arguments.check, verified=not arguments.no_verify)
    if arguments.summary:
        arguments.summary.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(arguments.summary, summary(done).encode())
    if arguments.json:
        print(json_of(done), end="")
    else:
        for text in done.out_of_step:
            print(f"not in step: {text}")
        print(verdict(done))
    return exit_code(done)


def exit_code(done: Update) -> int:
    """0 all well; 1 something failed, breaks the contract or, with ``--check``, is out of date."""
    out_of_date = bool(done.newer) and not done.written
    return ALL_WELL if done.all_well and not out_of_date else SOME_FAILED
