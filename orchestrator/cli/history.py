"""``lab history``: each service's numbers over time, with the change points in them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from orchestrator.app.history import add as add_runs
from orchestrator.app.history import history, save_page
from orchestrator.cli.codes import ALL_WELL
from orchestrator.cli.commands import Commands, add_json, add_results, command, folder
from orchestrator.files.history import FILE
from orchestrator.history.tables import document, markdown
from orchestrator.json_text import indented
from orchestrator.world import World


def add(commands: Commands) -> None:
    """Add the command."""
    text = "show each service's numbers over time, and where their level changed"
    parser = command(commands, "history", _history, text)
    parser.add_argument("--service", metavar="NAME", help="only this service")
    parser.add_argument("--quantity", metavar="NAME", help="only this quantity")
    parser.add_argument(
        "--page", type=folder, metavar="DIR", help="also write the page history.html into DIR"
    )
    add_json(parser)
    _add_file(parser)
    inner = parser.add_subparsers(metavar="add")
    text = "add runs to the history; a run that is there already is replaced"
    adding = inner.add_parser("add", help=text, description=text)
    adding.set_defaults(command=_add)
    adding.add_argument(
        "runs", nargs="+", metavar="RUN", help="a run's id, its folder, or `latest`, the newest run"
    )
    _add_file(adding, inner=True)


def _add_file(parser: argparse.ArgumentParser, *, inner: bool = False) -> None:
    add_results(parser, inner=inner)
    parser.add_argument(
        "--file",
        type=Path,
        default=argparse.SUPPRESS if inner else None,
        metavar="FILE",
        help=f"the history's file; default: {FILE} in the folder of --results",
    )


def _file(arguments: argparse.Namespace) -> Path:
    given: Path | None = arguments.file
    results: Path = arguments.results
    return results / FILE if given is None else given


def _add(_world: World, arguments: argparse.Namespace) -> int:
    file = _file(arguments)
    added, changed = add_runs(arguments.results, arguments.runs, file)
    for one in added:
        for row in one.left_out:
            print(f"{one.run.run}: left out {row.row}: {row.why}", file=sys.stderr)
        print(f"{one.run.run}: {len(one.run.rows)} rows")
    print(f"{file}: {'saved' if changed else 'nothing new'}")
    return ALL_WELL


def _history(_world: World, arguments: argparse.Namespace) -> int:
    found = history(_file(arguments), arguments.service, arguments.quantity)
    if arguments.page is not None:
        path = save_page(arguments.page, found)
        print(f"page: {path}", file=sys.stderr)
    if arguments.json:
        print(indented(document(found)), end="")
    else:
        print(markdown(found), end="")
    return ALL_WELL
