"""``lab claims``: what a run says about the claims of the article, or what changes between two."""

from __future__ import annotations

import argparse

from orchestrator.app.claims import decided
from orchestrator.cli.codes import ALL_WELL
from orchestrator.cli.commands import Commands, add_json, add_results, command
from orchestrator.json_text import indented
from orchestrator.report.claims import claims_document, claims_markdown
from orchestrator.world import World

RUN = "the id or folder of a run of `lab run`, or `latest`"


def add(commands: Commands) -> None:
    """Add the command."""
    text = (
        "decide the claims of the article by a run; of two runs, print the verdicts side by side "
        "and why they differ, as Markdown"
    )
    parser = command(commands, "claims", _claims, text)
    parser.add_argument("base", metavar="RUN", help=RUN)
    parser.add_argument("head", metavar="OTHER", nargs="?", help="another run, to set beside it")
    add_json(parser)
    add_results(parser)


def _claims(world: World, arguments: argparse.Namespace) -> int:
    base = decided(world, arguments.results, arguments.base)
    head = None
    if arguments.head is not None:
        head = decided(world, arguments.results, arguments.head)
    if arguments.json:
        document = claims_document(base, head)
        print(indented(document), end="")
    else:
        print(claims_markdown(base, head), end="")
    return ALL_WELL
