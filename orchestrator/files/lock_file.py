"""The versions that a lock file pins."""

from __future__ import annotations

import re
from pathlib import Path


def pinned_version(requirements: Path, package: str) -> str | None:
    """The version of a package in a lock file; None if the file does not pin it."""
    for line in requirements.read_text().splitlines():
        name, pinned, rest = line.partition("==")
        if pinned and _normal(name.partition("[")[0]) == _normal(package):
            return re.split(r"[\s;\\]", rest, maxsplit=1)[0]
    return None


def _normal(name: str) -> str:
    """A distribution's name as the index compares it."""
    return re.sub(r"[-_.]+", "-", name.strip()).lower()
