"""``lab list`` and ``lab doctor``: look at services and host before anything runs."""

from __future__ import annotations

import argparse
import json
from collections.abc import Collection, Iterator, Mapping, Sequence

from labwire.expectation import Expectation
from orchestrator.app.catalogue import catalogue, names
from orchestrator.app.doctor import examine
from orchestrator.cli.codes import ALL_WELL, MISSING
from orchestrator.cli.commands import Commands, add_json, command
from orchestrator.doubts.kind import Severity
from orchestrator.model.catalogue import ALL, SETS, described
from orchestrator.model.entry import OWN_SERVER, Manifest
from orchestrator.world import World


def add(commands: Commands) -> None:
    """Add the commands."""
    listing = command(commands, "list", _list, "list the services that can be measured")
    listing.add_argument(
        "--set", dest="set_name", choices=SETS, help=f"only those of a set; default: {ALL}"
    )
    add_json(listing)
    text = "show what this host can and cannot measure, and how to fix it"
    add_json(command(commands, "doctor", _doctor, text))


def _list(world: World, arguments: argparse.Namespace) -> int:
    wanted = names(world.root).of_set(arguments.set_name or ALL)
    there = catalogue(world.root)
    known = {name: one for name, one in there.manifests.items() if name in wanted}
    if arguments.json:
        facts = {
            name: {
                "name": m.name,
                "server": m.server,
                "interface": m.interface,
                "sets": m.sets,
                "uses": m.uses,
                "not_offered": m.not_offered,
            }
            for name, m in known.items()
        }
        print(json.dumps(facts, indent=2))
    else:
        if arguments.set_name:
            print(described(arguments.set_name))
        for line in aligned([_row(name, manifest) for name, manifest in known.items()]):
            print(line)
        for line in _workloads(there.contract.values(), known):
            print(line)
    return ALL_WELL


def _workloads(contract: Collection[Expectation], known: Mapping[str, Manifest]) -> Iterator[str]:
    """The workloads, and which of these services do not offer one that is on request."""
    usual = [one.workload for one in contract if not one.on_request]
    asked = [one for one in contract if one.on_request]
    yield ""
    yield f"workloads: {', '.join(usual)}"
    rows = []
    for asked_for in asked:
        without = [
            name
            for name, one in known.items()
            if asked_for.only in {None, *one.sets} and one.why_not(asked_for)
        ]
        every = f"by the set {asked_for.only} alone" if asked_for.only else "by all"
        by = f"not offered by {', '.join(without)}" if without else every
        rows.append((asked_for.workload, by))
    if rows:
        yield "and on request (--workload):"
        yield from aligned(rows)


def _row(name: str, manifest: Manifest) -> tuple[str, ...]:
    own = manifest.server == OWN_SERVER
    kind = "its own server" if own else f"{manifest.server} ({manifest.interface})"
    return name, manifest.name, ", ".join(manifest.sets) or "no set", kind


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """A line for each row; each column is as wide as its longest text."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


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
