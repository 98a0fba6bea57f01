"""The versions that a lock file pins, and the command that makes it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

from orchestrator.model.lock import Locks, Pin, Pins, normal, versions

WANTED, LOCK = "requirements.in", "requirements.txt"
"""What a service asks for, and its lock: in the service's folder."""
_HASH = re.compile(r"--hash=(\S+)")
COMPILE = ("uv", "pip", "compile")
"""How every lock is made; the second line of a lock has the whole command."""


def pins(text: str) -> Pins:
    """Every distribution that a lock pins, with its versions and their markers."""
    found: dict[str, list[Pin]] = {}
    for line in text.splitlines():
        name, pinned, rest = line.partition("==")
        if pinned and re.fullmatch(r"[A-Za-z0-9][\w.-]*(\[[^\]]*\])?", name):
            version, _, marker = rest.rstrip(" \\").partition(";")
            pin = Pin(version.split()[0], marker.strip())
            found.setdefault(normal(name.partition("[")[0]), []).append(pin)
    return {name: tuple(dict.fromkeys(its)) for name, its in found.items()}


def pinned_version(requirements: Path, package: str, python: str | None) -> str | None:
    """The version of a package in a lock file; None if the file does not pin it.

    Args:
        python: the version of Python on which it counts; None: the first pin is taken.
    """
    found = versions(pins(requirements.read_text()).get(normal(package), ()), python)
    return found[0] if found else None


def python_of(dockerfile: str) -> str | None:
    """The version of Python in the default base image: ``3.13``; None if it names none."""
    found = re.search(r"^ARG BASE=python:(\d+\.\d+(?:\.\d+)?)", dockerfile, re.MULTILINE)
    return found[1] if found else None


def renewal(before: str, after: str) -> str:
    """What is newer in a lock whose versions are the same, in words; empty if nothing is.

    A release may get files later, such as wheels for a new Python. A file that is gone is no
    reason for a new lock: what installed the others still does.
    """
    if set(_HASH.findall(after)) - set(_HASH.findall(before)):
        return "more files of the same releases"
    return "" if pins(before) == pins(after) else "other markers of the same releases"


def read_locks(services: Path, folders: Mapping[str, str]) -> Locks:
    """What the lock of each service pins; a service without one is left out.

    Args:
        folders: service -> its folder below ``services``; or framework -> the folder of its
            workloads on request.
    """
    locks = {name: services / folder / LOCK for name, folder in folders.items()}
    return {name: pins(path.read_text()) for name, path in locks.items() if path.is_file()}


def compile_command(text: str) -> str | None:
    """The command in the head of a lock, in one line; None if the head has none.

    It must read ``requirements.in`` and write ``requirements.txt``, as those of all services do.
    """
    for line in text.splitlines()[:2]:
        command = line.lstrip("# ")
        words = shlex.split(command) if line.startswith("#") and "'" not in line else []
        if tuple(words[:3]) == COMPILE and WANTED in words and words[-2:] == ["-o", LOCK]:
            return command
    return None
