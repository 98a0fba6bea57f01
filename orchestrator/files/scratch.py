"""Temporary folders that go even if their process is killed: with the next run."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def scratch(parent: Path) -> Iterator[Path]:
    """A new folder in ``parent`` for the time of the block; other users may read it."""
    parent.mkdir(parents=True, exist_ok=True)
    with _locked(parent):  # nobody takes the folder for one that was left
        made = TemporaryDirectory(dir=parent)
        folder = os.open(made.name, os.O_RDONLY)
        fcntl.flock(folder, fcntl.LOCK_EX)  # until this process closes it, or ends
    try:
        with made:
            Path(made.name).chmod(0o755)
            yield Path(made.name)
    finally:
        os.close(folder)


def remove_left(parent: Path) -> None:
    """Remove the folders of `scratch` that no running process uses."""
    if not parent.is_dir():
        return
    with _locked(parent):
        for folder in parent.iterdir():
            if folder.is_dir() and not _used(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _used(folder: Path) -> bool:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
