"""``lab audit``: check a run, a cross-check, a table or Locust's CSV files for contradictions."""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from orchestrator.app.audit import Told, audit
from orchestrator.audit.row import shown
from orchestrator.audit.unread import lines, named, only
from orchestrator.cli.codes import ALL_WELL, SOME_FAILED
from orchestrator.cli.commands import Commands, add_json, command
from orchestrator.errors import UsageError
from orchestrator.model.finding import Finding, Note, Read, Unread
from orchestrator.words import counted
from orchestrator.world import World

NAMED_MOST = 8
LOAD = (
    ("users", int, "N", "users that were started"),
    ("spawn_rate", float, "R", "users started per second"),
    ("duration", float, "S", "length of the whole load in seconds"),
    (
        "think_min",
        float,
        "S",
        "shortest pause between an answer and the user's next request, in seconds",
    ),
    ("think_max", float, "S", "longest such pause, in seconds"),
)


def add(commands: Commands) -> None:
    """Add the command."""
    text = "check a run, a cross-check, a table or a folder of Locust CSV files for contradictions"
    parser = command(commands, "audit", _audit, text)
    parser.add_argument(
        "path",
        type=Path,
        metavar="PATH",
        help="the folder or record of a run (run.json, crosscheck.json, ab.json, size.json, "
        "instructions.json, cost.json); a Markdown or CSV table; a folder of Locust's CSV files",
    )
    add_json(parser)
    parser.add_argument(
        "--workload",
        metavar="NAME",
        help="the workload that was measured; default: taken from the names of files or folders",
    )
    load = parser.add_argument_group(
        "the load", "how it was configured; default: load.toml beside the files"
    )
    for name, kind, metavar, meaning in LOAD:
        load.add_argument(f"--{name.replace('_', '-')}", type=kind, metavar=metavar, help=meaning)


def _audit(world: World, arguments: argparse.Namespace) -> int:
    load = {
        name if name in ("users", "spawn_rate") else f"{name}_s": getattr(arguments, name)
        for name, *_ in LOAD
        if getattr(arguments, name) is not None
    }
    notes = audit(world.root, arguments.path, Told(workload=arguments.workload, load=load))
    print(_json(notes) if arguments.json else _text(arguments.path, notes))
    findings, unread = only(notes, Finding), only(notes, Unread)
    if not findings and (cut := [one for one in unread if one.cut_off]):
        raise UsageError(lines(cut))
    return SOME_FAILED if findings else ALL_WELL


def _json(notes: Sequence[Note]) -> str:
    """The findings as JSON. If something was not read, the list also says, in the same form, what
    was read and what was not."""
    findings, read, unread = only(notes, Finding), only(notes, Read), only(notes, Unread)
    others = [("read", one.file, "", "", one.what) for one in read if unread]
    others += [("unread", one.file, one.where, one.what, one.reason) for one in unread]
    names = [field.name for field in fields(Finding)]
    told = [
        dict(zip(names, (file, where or file, rule, rule, what or None, None, text), strict=True))
        for rule, file, where, what, text in others
    ]
    return json.dumps([*map(asdict, findings), *told], indent=2, allow_nan=False)


def _text(path: Path, notes: Sequence[Note]) -> str:
    findings, read, unread = only(notes, Finding), only(notes, Read), only(notes, Unread)
    files: dict[str, list[str]] = defaultdict(list)
    for one in read:
        files[one.what].append(one.file)
    told = [f"read: {named(names, NAMED_MOST)}: {what}" for what, names in files.items()]
    told += [f"not read: {line}" for line in lines(unread)]
    end = last_line(path, findings, unread)
    return "\n\n".join([*map(block, findings), "\n".join(told), end])


def block(finding: Finding) -> str:
    """A finding as text for people."""
    head = f"{finding.file}: {finding.row}" if finding.row != finding.file else finding.file
    return (
        f"{head}\n"
        f"  {finding.rule} ({finding.kind}): {_number(finding.seen)}, "
        f"expected {_number(finding.expected)}\n"
        f"  {finding.text}"
    )


def last_line(path: Path, findings: Sequence[Finding], unread: Sequence[Unread]) -> str:
    """The number of findings, in one line."""
    if not findings:
        end = "a file is cut off" if any(one.cut_off for one in unread) else "nothing found"
        return f"{path}: {'in what was read: ' if unread else ''}{end}"
    kinds = Counter(str(finding.kind) for finding in findings)
    counts = [counted(number, kind) for kind, number in sorted(kinds.items())]
    return f"{path}: {' and '.join(counts)}; docs/audit.md explains the rules"


def _number(value: float | str | None) -> str:
    return str(value or "none") if isinstance(value, str | None) else shown(value)
