"""``lab list`` and ``lab doctor``: look at services and host before anything runs."""

from __future__ import annotations

import argparse
import json

from orchestrator.app.catalogue import catalogue
from orchestrator.app.doctor import examine
from orchestrator.cli.codes import ALL_WELL, MISSING
from orchestrator.cli.commands import Commands, add_json, command
from orchestrator.doubts.kind import Severity
from orchestrator.model.entry import OWN_SERVER
from orchestrator.world import World


def add(commands: Commands) -> None:
    """Add the commands."""
    add_json(command(commands, "list", _list, "list the services that can be measured"))
    text = "show what this host can and cannot measure, and how to fix it"
    add_json(command(commands, "doctor", _doctor, text))


def _list(world: World, arguments: argparse.Namespace) -> int:
    known = catalogue(world.root).manifests
    if arguments.json:
        facts = {
            name: {"name": m.name, "server": m.server, "interface": m.interface}
            for name, m in known.items()
        }
        print(json.dumps(facts, indent=2))
    else:
        for name, manifest in known.items():
            own = manifest.server == OWN_SERVER
            kind = "its own server" if own else f"{manifest.server} ({manifest.interface})"
            print(f"{name:12} {manifest.name:16} {kind}")
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
