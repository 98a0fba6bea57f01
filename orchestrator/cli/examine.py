"""``lab list`` and ``lab doctor``: look at services and host before anything runs."""

from __future__ import annotations

import argparse
import json

from orchestrator.app.catalogue import catalogue, names
from orchestrator.app.doctor import examine
from orchestrator.cli.codes import ALL_WELL, MISSING
from orchestrator.cli.commands import Commands, add_json, command
from orchestrator.doubts.kind import Severity
from orchestrator.model.catalogue import ALL
from orchestrator.model.entry import OWN_SERVER
from orchestrator.options import add_set
from orchestrator.world import World


def add(commands: Commands) -> None:
    """Add the commands."""
    listing = command(commands, "list", _list, "list the services that can be measured")
    add_set(listing)
    add_json(listing)
    text = "show what this host can and cannot measure, and how to fix it"
    add_json(command(commands, "doctor", _doctor, text))


def _list(world: World, arguments: argparse.Namespace) -> int:
    wanted = names(world.root).of_set(arguments.set_name or ALL)
    known = {name: one for name, one in catalogue(world.root).manifests.items() if name in wanted}
    if arguments.json:
        facts = {
            name: {"name": m.name, "server": m.server, "interface": m.interface, "sets": m.sets}
            for name, m in known.items()
        }
        print(json.dumps(facts, indent=2))
    else:
        for name, manifest in known.items():
            own = manifest.server == OWN_SERVER
            kind = "its own server" if own else f"{manifest.server} ({manifest.interface})"
            print(f"{name:24} {manifest.name:28} {', '.join(manifest.sets):24} {kind}")
    return ALL_WELL


def _doctor(world: World, arguments: argparse.Namespace) -> int:
    examined = examine(world)
    if arguments.json:
        print(json.dumps([one.as_dict() for one in examined], indent=2))
    else:
        for one in examined:
            print(f"{one.level:5} {one.text}")
            if one.remedy:
                print(f"      -> {one.remedy}")
    return MISSING if any(one.level == Severity.BAD for one in examined) else ALL_WELL
