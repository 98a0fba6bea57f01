"""Atomic writes, limited reads and safe removal of files, each inside its own folder."""

from __future__ import annotations

import errno
import os
import re
import stat
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from orchestrator.errors import EnvironmentMissing, UsageError

FREE = (
    "free some space and run the command again (`lab run --resume` continues a run); everything "
    "that was saved before is intact"
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
# The temporary name that `write_atomically` uses; a killed lab leaves such a file behind.
_UNFINISHED = re.compile(r"\.(.+)\.[a-z0-9_]{8}")


def write_atomically(path: Path, content: bytes) -> None:
    """Write to a temporary file, then rename it: a reader sees only old or only new content.

    A symbolic link at this path is replaced; its target does not change.

    Raises:
        EnvironmentMissing: it cannot be written; the old content is still there.
    """
    with (
        writing(path),
        tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as new,
    ):
        try:
            new.write(content)
            new.flush()
            os.fsync(new.fileno())
            Path(new.name).chmod(0o644)
            Path(new.name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(new.name).unlink()
            raise


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Explain an OSError of the block: which file or folder could not be written, what to do.

    Raises:
        EnvironmentMissing: the system refused.
    """
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        remedy = FREE if full else "make it writable, or choose another folder with --results"
        raise EnvironmentMissing(
            f"{path} cannot be written ({error.strerror or error}); {remedy}"
        ) from error


def inside(folder: Path, name: str) -> Path:
    """The path of a file with this name, directly in the folder.

    Raises:
        UsageError: the name has a path separator, or another character that the lab does not use.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{folder}: the lab writes no file named {name[:100]!r}; its file names consist of "
            "letters, digits, '.', '_' and '-'"
        )
    return folder / name


def own(folder: Path) -> Path:
    """Return the folder if it is a real one or does not exist yet.

    Raises:
        UsageError: it is a symbolic link, so files would be written or deleted elsewhere.
    """
    if folder.is_symlink():
        raise UsageError(
            f"{folder} is a symbolic link, but a run keeps its files in its own folder; "
            "replace the link with a folder"
        )
    return folder


def remove_made(folder: Path, made: re.Pattern[str], keep: Collection[str] = ()) -> None:
    """Delete the files whose names match ``made``, finished or temporary, and nothing else.

    Raises:
        EnvironmentMissing: the system refused.
    """
    remove_unfinished(folder, made)
    _remove(
        path for path in folder.iterdir() if made.fullmatch(path.name) and path.name not in keep
    )


def remove_unfinished(folder: Path, made: re.Pattern[str]) -> None:
    """Delete temporary files that a killed lab left behind for names that match ``made``.

    Raises:
        EnvironmentMissing: the system refused.
    """
    _remove(
        path
        for path in folder.iterdir()
        if (begun := _UNFINISHED.fullmatch(path.name)) and made.fullmatch(begun[1])
    )


def read(path: Path, most_bytes: int) -> bytes:
    """A file's content.

    Raises:
        UsageError: it is not a regular file, has more than ``most_bytes``, or cannot be read.
    """
    try:
        # Without O_NONBLOCK, opening a named pipe would block forever.
        with open(
            path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)
        ) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UsageError(f"{path}: not a file")
            content = file.read(most_bytes + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    if len(content) > most_bytes:
        raise UsageError(f"{path}: it has more than {most_bytes / 2**20:g} MiB")
    return content


def _remove(paths: Iterable[Path]) -> None:
    for path in list(paths):
        with writing(path):
            path.unlink()
