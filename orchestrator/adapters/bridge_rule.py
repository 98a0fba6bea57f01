"""A rule of the host's packet filter that lets the containers of one engine reach each other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from orchestrator.adapters.clearing import afterwards
from orchestrator.adapters.command import run, said
from orchestrator.errors import EnvironmentMissing

WITHIN_S = 20.0
REMEDY = "install iptables"


@contextmanager
def let_through(addresses: str) -> Iterator[None]:
    """Let through what these addresses send each other, during the block.

    Bridges obey the filter where the kernel's module for this is loaded, and the rules of a Docker
    engine forbid what they do not know. A host without iptables has no such rules.

    Args:
        addresses: of the containers, as a network such as ``10.0.0.0/16``.

    Raises:
        EnvironmentMissing: the filter does not take the rule, or it cannot be removed.
    """
    with afterwards(lambda: remove(addresses)):
        if shutil.which("iptables") is not None:
            failed = _failure("-I", addresses)
            if failed is not None:
                raise EnvironmentMissing(
                    f"{failed}: without this rule the containers of the run cannot reach each "
                    "other; run as root on a host whose packet filter can be changed"
                )
        yield


def remove(addresses: str) -> None:
    """Remove the rule; also one that a killed run has left.

    Raises:
        EnvironmentMissing: it is still there.
    """
    while exists(addresses):
        failed = _failure("-D", addresses)
        if failed is not None:
            raise EnvironmentMissing(f"{failed}: remove this rule yourself")


def exists(addresses: str) -> bool:
    """Whether the host's filter has the rule, as far as this user may know."""
    return shutil.which("iptables") is not None and _failure("-C", addresses) is None


def _failure(what: str, addresses: str) -> str | None:
    """Call iptables; returns what it said if it failed."""
    words = ["iptables", "-w", what, "FORWARD", "-s", addresses, "-d", addresses, "-j", "ACCEPT"]
    done = run(words, within_s=WITHIN_S, remedy=REMEDY)
    return None if done.returncode == 0 else f"`{' '.join(words)}`: {said(done)}"
