"""What all commands of ``lab`` share: argparse helpers, and checks of words."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from orchestrator.errors import UsageError
from orchestrator.files.checkout import ROOT
from orchestrator.words import Address, is_line, told
from orchestrator.world import World

LONGEST_WORD = 4_096
"""Characters; the longest path that Linux allows."""

Call = Callable[[World, argparse.Namespace], int]
"""A command: the world and its arguments in, its exit code out."""


class Commands(Protocol):
    """What argparse returns for adding commands."""

    def add_parser(self, name: str, *, help: str, description: str) -> argparse.ArgumentParser:  # noqa: A002
        """Add a command; return its parser."""


def command(commands: Commands, name: str, call: Call, text: str) -> argparse.ArgumentParser:
    """Add a command; return its parser, to which it adds its arguments."""
    parser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(command=call)
    return parser


def add_results(parser: argparse.ArgumentParser, *, inner: bool = False) -> None:
    """Add the option for the folder of the runs.

    Args:
        inner: the parser is inside one that has the option, too: it must not set the default again.
    """
    parser.add_argument(
        "--results",
        type=folder,
        default=argparse.SUPPRESS if inner else ROOT / "results",
        metavar="DIR",
        help="the folder of the runs; default: results/ of the repository",
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add the option for output that programs read."""
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")


def folder(text: str) -> Path:
    """A folder that exists or can be created; a type for argparse."""
    path = Path(text)
    there = next((place for place in (path, *path.absolute().parents) if place.exists()), path)
    if not there.is_dir():
        raise argparse.ArgumentTypeError(f"{there} is not a folder")
    return path


def link(text: str) -> str:
    """An http or https address; a type for argparse."""
    try:
        return msgspec.convert(text, Address)
    except msgspec.ValidationError as error:
        raise argparse.ArgumentTypeError(f"{text!a} is not an address: {told(error)}") from error


def readable(words: Sequence[str]) -> Sequence[str]:
    """The command line, if every word can be read: records and messages quote it.

    Raises:
        UsageError: a word or the value of an option is empty or too long, or a word has control
            characters or is not text.
    """
    problems = []
    for word in words:
        option, equals, value = word.partition("=")
        if not word or (option.startswith("--") and equals and not value):
            before = shlex.join(["lab", *words[: words.index(word) + 1]])
            problems.append(f"`{before}`: the last word has no value; leave it out or give one")
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
