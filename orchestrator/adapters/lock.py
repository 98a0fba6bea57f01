"""One run measures on a host at a time, whoever started it."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from orchestrator.errors import EnvironmentMissing

LOCK = Path(tempfile.gettempdir()) / "weblab.lock"


@contextmanager
def only_one_run(path: Path = LOCK) -> Iterator[None]:
    """Hold this host's lock on measuring, for as long as the block lasts.

    The kernel lets go of it when the process ends in whatever way; nothing stale can remain.

    Raises:
        EnvironmentMissing: another run measures on this host.
    """
    while True:
        lock = _opened(path)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise EnvironmentMissing(
                    "another run of the lab measures on this host; wait for it or stop it"
                ) from error
            # Its last holder may have removed the file between our open and our lock.
            if not path.exists() or not os.path.samestat(os.fstat(lock), path.stat()):
                continue
            try:
                yield
            finally:
                with suppress(OSError):  # another user's: it stays, and locks as well as a new one
                    path.unlink()
            return
        finally:
            os.close(lock)


def _opened(path: Path) -> int:
    """The file, made if it is not there: reading is enough to lock one that another user made."""
    while True:
        with suppress(FileNotFoundError):
            return os.open(path, os.O_RDONLY)
        with suppress(FileExistsError):
            return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_EXCL, 0o644)
