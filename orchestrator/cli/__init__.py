"""The ``lab`` command: arguments in, exit code out. The only place that catches errors."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from orchestrator import __version__, interrupts
from orchestrator.cli import (
    audit,
    changed,
    claims,
    compare,
    examine,
    experiments,
    history,
    judge,
    nanode,
    own,
    perks,
    results,
    schema,
    services,
    update,
)
from orchestrator.cli.codes import INTERRUPTED
from orchestrator.cli.commands import Call, readable
from orchestrator.composition import real_world
from orchestrator.errors import EnvironmentMissing, LabError
from orchestrator.streams import prepared


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code (see ``README.md``)."""
    with prepared():
        return _main(argv)


def _main(argv: Sequence[str] | None) -> int:
    interrupts.install()
    try:
        arguments = _parser().parse_args(readable(sys.argv[1:] if argv is None else argv))
        call: Call = arguments.command
        return call(real_world(), arguments)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return error.exit_code
    except OSError as error:  # a file or folder that cannot be read or written
        print(f"lab: {error}", file=sys.stderr)
        return EnvironmentMissing.exit_code
    except KeyboardInterrupt:
        print("lab: interrupted", file=sys.stderr)
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lab",
        description="A benchmark lab for Python web frameworks.",
        epilog="To begin: `lab doctor`, then `lab run --profile quick`. "
        "`lab COMMAND --help` explains a command.",
    )
    parser.add_argument("--version", action="version", version=f"lab {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    groups = (
        examine,
        services,
        update,
        changed,
        judge,
        experiments,
        nanode,
        own,
        results,
        claims,
        compare,
        history,
        schema,
        audit,
        perks,
    )
    for group in groups:
        group.add(commands)
    return parser
