"""What makes a lock of the packages that a service asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class NotResolved(Exception):
    """No lock can be made of these requirements; the message says why, in the resolver's words."""


class Resolver(Protocol):
    """Finds the versions that go together, in the package index."""

    def newest(self, folder: Path, command: str, above: str | None = None) -> str:
        """The text of a lock with the newest stable releases, as wheels only; writes nothing in it.

        Args:
            folder: has ``requirements.in``.
            command: the one in the lock's head, which has the options; it stays there.
            above: the text of ``../requirements.txt``, which the command may name as a constraint;
                None: the file itself counts, if there is one.

        Raises:
            NotResolved: no versions go together, or the index does not have a package.
            EnvironmentMissing: there is no resolver, or no index answers.
        """
