"""Why pip could not install a service's lock, from what it printed. Pure.

Services install only wheels (``--only-binary :all:``), and nothing without a hash. So two reasons
lie in the Python: pip finds no wheel for it, or it needs a package that the lock lacks.
"""

from __future__ import annotations

import re

_NO_WHEEL = re.compile(
    r"No matching distribution found for ([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;]+)"
)
_NOT_LOCKED = re.compile(
    r"In --require-hashes mode, all requirements must have their versions pinned.*\n"
    r"[^\n]*?\s([A-Za-z][A-Za-z0-9._-]*)[^\n]* from "
)
# If the index did not answer, pip also finds no distribution.
_NO_ANSWER = re.compile(r"Retrying \(Retry\(|Could not fetch URL|connection broken by")


def not_installable(said: str, service: str, python: str = "") -> str:
    """Why a service's lock cannot be installed on this Python; empty if that is not the reason.

    Args:
        said: everything that the build printed.
        python: the version that was asked for; empty for the service's own.
    """
    on = f"CPython {python}" if python else "this Python"
    if _NO_ANSWER.search(said):
        return ""
    if found := _NO_WHEEL.search(said):
        name, version = found.groups()
        lock = f"the lock of {service} cannot be installed on it"
        return f"no wheel of {name} {version} for {on}: {lock}"
    if found := _NOT_LOCKED.search(said):
        return (
            f"the lock of {service} has no {found[1]}, which it needs on {on}: make the lock again "
            "for this version (its first lines say how)"
        )
    return ""
