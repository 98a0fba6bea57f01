"""``lab schema``: print the JSON Schema of a record, for programs that read records."""

from __future__ import annotations

import argparse

from orchestrator.cli.codes import ALL_WELL
from orchestrator.cli.commands import Commands, command
from orchestrator.schema import run_schema
from orchestrator.world import World


def add(commands: Commands) -> None:
    """Add the command."""
    text = "print the JSON Schema of run.json (results/run.schema.json)"
    command(commands, "schema", _schema, text)


def _schema(world: World, arguments: argparse.Namespace) -> int:
    print(run_schema().decode(), end="")
    return ALL_WELL
