"""``lab verify``, ``lab images`` and ``lab new``: the services themselves."""

from __future__ import annotations

import argparse

from orchestrator.cli.codes import ALL_WELL, SOME_FAILED
from orchestrator.cli.commands import Commands, add_services, command
from orchestrator.wiring.services import build_images, new_service, verify


def add(commands: Commands) -> None:
    """Add the commands."""
    text = "the HTTP contract against the real containers"
    add_services(command(commands, "verify", _verify, text))
    add_services(command(commands, "images", _images, "build the images"))
    text = "copy the template into a service that passes the contract"
    command(commands, "new", _new, text).add_argument("name", metavar="NAME")


def _verify(arguments: argparse.Namespace) -> int:
    found = verify(arguments.services)
    return SOME_FAILED if any(found.values()) else ALL_WELL


def _images(arguments: argparse.Namespace) -> int:
    return SOME_FAILED if build_images(arguments.services) else ALL_WELL


def _new(arguments: argparse.Namespace) -> int:
    for line in new_service(arguments.name):
        print(line)
    return ALL_WELL
