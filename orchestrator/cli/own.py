"""``lab init``, and the option ``--app`` of the commands that measure somebody's application."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestrator.app.own import init, own_world
from orchestrator.cli.codes import ALL_WELL
from orchestrator.cli.commands import Commands, command, folder
from orchestrator.errors import UsageError
from orchestrator.files.checkout import ROOT
from orchestrator.model.own_app import RESULTS
from orchestrator.world import World


def add(commands: Commands) -> None:
    """Add the command."""
    text = "write a lab.toml into the folder of your own application, to begin with"
    parser = command(commands, "init", _init, text)
    parser.add_argument("folder", type=Path, metavar="DIR", help="its folder")


def add_app(parser: argparse.ArgumentParser) -> None:
    """Add the option that names an application's folder."""
    parser.add_argument(
        "--app",
        type=folder,
        metavar="DIR",
        help="your own application, as the lab.toml in this folder describes it, instead of a "
        f"service; results go to DIR/{RESULTS}",
    )


@contextmanager
def with_app(
    world: World, arguments: argparse.Namespace
) -> Iterator[tuple[World, argparse.Namespace]]:
    """The world and the arguments of a command, for the application that it names, if it does.

    Raises:
        UsageError: it names services or a Python, too; or something is wrong with the files of the
            application.
    """
    place: Path | None = getattr(arguments, "app", None)
    if place is None:
        yield world, arguments
        return
    named = getattr(arguments, "services", None) or getattr(arguments, "service", None)
    if named or getattr(arguments, "set_name", None):
        raise UsageError("--app takes the place of services; name one or the other")
    if getattr(arguments, "python", None):
        raise UsageError("--python: an application's own Dockerfile says on which Python it runs")
    place = place.resolve()  # Compose runs elsewhere
    with own_world(world, place) as (there, app):
        changed = argparse.Namespace(**vars(arguments))
        if not hasattr(arguments, "services"):
            changed.service = app.name
        elif getattr(arguments, "resume", None) is None:  # a resumed run has its services
            changed.services = [app.name]
        if getattr(arguments, "results", None) == ROOT / "results":
            changed.results = place / RESULTS
        yield there, changed


def _init(_world: World, arguments: argparse.Namespace) -> int:
    for line in init(arguments.folder):
        print(line)
    return ALL_WELL
