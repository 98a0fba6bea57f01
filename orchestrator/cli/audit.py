"""``lab audit``: what cannot be right in a run, a table, or what Locust wrote."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from orchestrator.audit.row import shown
from orchestrator.cli.codes import ALL_WELL, SOME_FAILED
from orchestrator.cli.commands import Commands, add_json, command
from orchestrator.model.finding import Finding
from orchestrator.wiring.audit import Told, audit

LOAD = (
    ("users", int, "N", "users that were started"),
    ("spawn_rate", float, "R", "users started a second"),
    ("duration", float, "S", "seconds of the whole load"),
    ("think_min", float, "S", "least seconds between an answer and the user's next request"),
    ("think_max", float, "S", "most seconds"),
)


def add(commands: Commands) -> None:
    """Add the command."""
    text = "check a run, a table or a folder of Locust CSV files for contradictions"
    parser = command(commands, "audit", _audit, text)
    parser.add_argument(
        "path",
        type=Path,
        metavar="PATH",
        help="a run's folder or run.json; a Markdown or CSV table; a folder of Locust's CSV files",
    )
    add_json(parser)
    parser.add_argument(
        "--workload", metavar="NAME", help="what was measured; default: as files or folders say"
    )
    load = parser.add_argument_group("the load", "default: load.toml beside the files")
    for name, kind, metavar, meaning in LOAD:
        load.add_argument(f"--{name.replace('_', '-')}", type=kind, metavar=metavar, help=meaning)


def _audit(arguments: argparse.Namespace) -> int:
    load = {
        name if name in ("users", "spawn_rate") else f"{name}_s": getattr(arguments, name)
        for name, *_ in LOAD
        if getattr(arguments, name) is not None
    }
    found = audit(arguments.path, Told(workload=arguments.workload, load=load))
    if arguments.json:
        print(json.dumps([asdict(finding) for finding in found], indent=2))
    else:
        print("\n\n".join(block(finding) for finding in found) + "\n" if found else "", end="")
        print(("\n" if found else "") + summary(arguments.path, found))
    return SOME_FAILED if found else ALL_WELL


def block(finding: Finding) -> str:
    """A finding as a person reads it."""
    head = f"{finding.file}: {finding.row}" if finding.row != finding.file else finding.file
    return (
        f"{head}\n"
        f"  {finding.rule} ({finding.kind}): {_number(finding.seen)}, "
        f"expected {_number(finding.expected)}\n"
        f"  {finding.text}"
    )


def summary(path: Path, found: Sequence[Finding]) -> str:
    """How much was found, in one line."""
    if not found:
        return f"{path}: nothing found"
    kinds = Counter(str(finding.kind) for finding in found)
    counts = [f"{n} {kind}{'s' if n > 1 else ''}" for kind, n in sorted(kinds.items())]
    return f"{path}: {' and '.join(counts)}; docs/audit.md explains the rules"


def _number(value: float | str | None) -> str:
    if value is None:
        return "none"
    return value if isinstance(value, str) else shown(value)
