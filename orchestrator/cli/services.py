"""``lab verify``, ``lab images``, ``lab new`` and its like: the services themselves."""

from __future__ import annotations

import argparse
from pathlib import Path

from orchestrator.cli.codes import ALL_WELL, SOME_FAILED
from orchestrator.cli.commands import Commands, command
from orchestrator.options import add_services
from orchestrator.wiring.images import load_images, save_images
from orchestrator.wiring.services import build_images, new_service, verify


def add(commands: Commands) -> None:
    """Add the commands."""
    text = "the HTTP contract against the real containers"
    add_services(command(commands, "verify", _verify, text))
    add_services(command(commands, "images", _images, "build the images"))
    text = "build the images and write them to a file, with their base images"
    saving = command(commands, "images-save", _images_save, text)
    saving.add_argument("file", type=Path, metavar="FILE")
    add_services(saving)
    text = "load images that another host saved; those of the same sources are not built here"
    loading = command(commands, "images-load", _images_load, text)
    loading.add_argument("file", type=Path, metavar="FILE")
    text = "copy the template into a service that passes the contract"
    command(commands, "new", _new, text).add_argument("name", metavar="NAME")


def _verify(arguments: argparse.Namespace) -> int:
    found = verify(arguments.services)
    return SOME_FAILED if any(found.values()) else ALL_WELL


def _images(arguments: argparse.Namespace) -> int:
    return SOME_FAILED if build_images(arguments.services) else ALL_WELL


def _images_save(arguments: argparse.Namespace) -> int:
    save_images(arguments.services, arguments.file)
    return ALL_WELL


def _images_load(arguments: argparse.Namespace) -> int:
    load_images(arguments.file)
    return ALL_WELL


def _new(arguments: argparse.Namespace) -> int:
    for line in new_service(arguments.name):
        print(line)
    return ALL_WELL
