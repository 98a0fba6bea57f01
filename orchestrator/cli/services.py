"""``lab verify``, ``lab images``, ``lab new`` ...: check, build and create services."""

from __future__ import annotations

import argparse
from pathlib import Path

from orchestrator.app.catalogue import names
from orchestrator.app.images import load_images, save_images
from orchestrator.app.services import build_images, new_service, new_way, verify
from orchestrator.cli.codes import ALL_WELL, SOME_FAILED
from orchestrator.cli.commands import Commands, command
from orchestrator.cli.own import add_app, with_app
from orchestrator.options import add_python, add_services, add_workloads, chosen_services
from orchestrator.world import World


def add(commands: Commands) -> None:
    """Add the commands."""
    text = "start each service in its container and check its answers against the HTTP contract"
    verifying = command(commands, "verify", _verify, text)
    building = command(commands, "images", _images, "build the images of the services")
    add_workloads(verifying)
    add_app(verifying)
    for parser in (verifying, building):
        add_services(parser)
        add_python(parser)
    text = "build the images and save them to a file, together with their base images"
    saving = command(commands, "images-save", _images_save, text)
    saving.add_argument("file", type=Path, metavar="FILE", help="the archive to write")
    add_services(saving)
    add_python(saving)
    text = (
        "load images that images-save wrote on another host; unchanged services are not built again"
    )
    loading = command(commands, "images-load", _images_load, text)
    loading.add_argument("file", type=Path, metavar="FILE", help="the archive to read")
    add_python(loading)
    text = (
        "create a framework from the template, or another way to serve one that is there; either "
        "passes the contract at once"
    )
    creating = command(commands, "new", _new, text)
    creating.add_argument("name", metavar="NAME", help="name of the framework and its folder")
    creating.add_argument(
        "--way",
        metavar="WAY",
        help="another way to serve this framework, mostly the server's name; the service is called "
        "NAME-WAY",
    )


def _verify(world: World, arguments: argparse.Namespace) -> int:
    with with_app(world, arguments) as (there, asked):
        found = verify(there, _chosen(there, asked), asked.python, asked.workload or ())
    return SOME_FAILED if any(found.values()) else ALL_WELL


def _images(world: World, arguments: argparse.Namespace) -> int:
    failed = build_images(world, _chosen(world, arguments), arguments.python)
    return SOME_FAILED if failed else ALL_WELL


def _images_save(world: World, arguments: argparse.Namespace) -> int:
    save_images(world, _chosen(world, arguments), arguments.file, arguments.python)
    return ALL_WELL


def _images_load(world: World, arguments: argparse.Namespace) -> int:
    load_images(world, arguments.file, arguments.python)
    return ALL_WELL


def _chosen(world: World, arguments: argparse.Namespace) -> tuple[str, ...]:
    return chosen_services(arguments, names(world.root))


def _new(world: World, arguments: argparse.Namespace) -> int:
    name, way = arguments.name, arguments.way
    for line in new_service(world.root, name) if way is None else new_way(world.root, name, way):
        print(line)
    return ALL_WELL
