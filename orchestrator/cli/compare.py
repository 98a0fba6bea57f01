"""``lab compare``: say row by row which of two runs is faster."""

from __future__ import annotations

import argparse

from orchestrator.app.compare import compare
from orchestrator.cli.codes import ALL_WELL, SOME_FAILED, WRONG
from orchestrator.cli.commands import Commands, add_json, add_results, command
from orchestrator.compare.comparison import Comparison
from orchestrator.compare.document import json_text
from orchestrator.compare.tables import tables
from orchestrator.compare.words import assumed, beside, caveats, label, summary, unlike
from orchestrator.world import World
from orchestrator.world.console import Console

RUN = "a run's id, its folder, or `latest`"


def add(commands: Commands) -> None:
    """Add the command."""
    text = "compare two runs row by row: faster, slower, the same, or undecided, and by how much"
    parser = command(commands, "compare", _compare, text)
    parser.add_argument("base", metavar="BASE", help=f"what to compare with: {RUN}")
    parser.add_argument("head", metavar="HEAD", help=f"what to judge: {RUN}")
    parser.add_argument(
        "--anyway",
        action="store_true",
        help="compare even if host, layout, network, client or settings differ; the result says so",
    )
    add_json(parser)
    add_results(parser)


def _compare(world: World, arguments: argparse.Namespace) -> int:
    comparison = compare(
        world, arguments.results, arguments.base, arguments.head, anyway=arguments.anyway
    )
    if arguments.json:
        print(json_text(comparison), end="")
    else:
        _show(world.out, comparison)
    if comparison.unanswered:
        return WRONG
    return SOME_FAILED if comparison.slower else ALL_WELL


def _show(out: Console, comparison: Comparison) -> None:
    told = label(comparison)
    for text in (*([told] if told else []), summary(comparison), *beside(comparison)):
        out.note(text)
    for table in tables(comparison):
        out.table(table.title, table.headings, table.shown)
    for text in (*unlike(comparison), *caveats(comparison), *assumed(comparison)):
        out.note(text)
