"""What every command of ``lab`` needs of argparse."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from orchestrator.errors import UsageError
from orchestrator.wiring.catalogue import ROOT
from orchestrator.words import Address, is_line, told

LONGEST_WORD = 4_096
"""Characters; as long as a path may be."""

Call = Callable[[argparse.Namespace], int]
"""A command: its arguments in, its exit code out."""


class Commands(Protocol):
    """Where argparse takes a new command."""

    def add_parser(self, name: str, *, help: str, description: str) -> argparse.ArgumentParser:  # noqa: A002
        """Add it; its own parser."""


def command(commands: Commands, name: str, call: Call, text: str) -> argparse.ArgumentParser:
    """Add a command; its parser, for its own arguments."""
    parser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(command=call)
    return parser


def add_results(parser: argparse.ArgumentParser) -> None:
    """Where runs are."""
    parser.add_argument("--results", type=folder, default=ROOT / "results", metavar="DIR")


def add_json(parser: argparse.ArgumentParser) -> None:
    """For programs."""
    parser.add_argument("--json", action="store_true", help="for programs")


def folder(text: str) -> Path:
    """A folder that there is, or that can be made; a type for argparse."""
    path = Path(text)
    there = next((place for place in (path, *path.absolute().parents) if place.exists()), path)
    if not there.is_dir():
        raise argparse.ArgumentTypeError(f"{there} is no folder")
    return path


def link(text: str) -> str:
    """An address that can be asked; a type for argparse."""
    try:
        return msgspec.convert(text, Address)
    except msgspec.ValidationError as error:
        raise argparse.ArgumentTypeError(f"{text!a} is no address: {told(error)}") from error


def readable(words: Sequence[str]) -> Sequence[str]:
    """The command line, if every word of it says something: it stands in records and messages.

    Raises:
        UsageError: a word or the value of an option is empty or too long, or a word has control
            characters or is no text.
    """
    problems = []
    for word in words:
        option, equals, value = word.partition("=")
        if not word or (option.startswith("--") and equals and not value):
            before = shlex.join(["lab", *words[: words.index(word) + 1]])
            problems.append(f"`{before}`: its end is empty; leave the option out or give a value")
        elif len(word) > LONGEST_WORD:
            problems.append(f"{word[:20]!a}...: longer than {LONGEST_WORD:,} characters")
        elif not is_line(word):
            problems.append(f"{word!a}: give text without control characters")
    if problems:
        raise UsageError(problems)
    return words


def typed() -> str:
    """The command line as a person would type it."""
    return shlex.join(["lab", *sys.argv[1:]])
