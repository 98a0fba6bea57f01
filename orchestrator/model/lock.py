"""What a lock file pins."""

from __future__ import annotations

import re
from collections.abc import Mapping

Pins = Mapping[str, tuple[str, ...]]
"""Distribution, named as the index compares names -> its versions.

There are several versions where the lock has one for each of several platforms or Pythons.
"""
Locks = Mapping[str, Pins]
"""Service -> what its lock pins."""


def normal(name: str) -> str:
    """A distribution's name as the index compares it: ``PasteDeploy`` -> ``pastedeploy``.

    The rule is that of the Python packaging guide, "Names and normalization".
    """
    return re.sub(r"[-_.]+", "-", name.strip()).lower()
