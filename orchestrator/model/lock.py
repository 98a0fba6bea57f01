"""What a lock file pins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from packaging.markers import Marker

ON_LINUX = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "sys_platform": "linux",
}
"""What markers see in a service's container, so that a report is the same on any host."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A version, and the environment marker of the line that pins it; empty: it always counts."""

    version: str
    marker: str = ""

    def counts_on(self, python: str) -> bool:
        """Whether it is installed on this version of CPython, such as ``3.13`` or ``3.13.5``."""
        if not self.marker:
            return True
        minor = ".".join(python.split(".")[:2])
        seen = {**ON_LINUX, "python_version": minor, "python_full_version": python}
        return Marker(self.marker).evaluate(seen)


Pins = Mapping[str, tuple[Pin, ...]]
"""Distribution, named as the index compares names -> its pins.

There are several where the lock has one for each of several platforms or Pythons.
"""
Locks = Mapping[str, Pins]
"""Service -> what its lock pins."""


def normal(name: str) -> str:
    """A distribution's name as the index compares it: ``PasteDeploy`` -> ``pastedeploy``.

    The rule is that of the Python packaging guide, "Names and normalization".
    """
    return re.sub(r"[-_.]+", "-", name.strip()).lower()


def versions(pins: Iterable[Pin], python: str | None = None) -> tuple[str, ...]:
    """Each version once: those that count on this Python; None: all."""
    counting = (one.version for one in pins if python is None or one.counts_on(python))
    return tuple(dict.fromkeys(counting))
