"""Files that are there whole or not at all, in the one folder that they belong to."""

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
    "free some space and run the command again (`lab run --resume` goes on with a run): what was "
    "saved before is whole"
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
# What `write_atomically` calls a file until it is whole; a lab that was killed leaves it there.
_UNFINISHED = re.compile(r"\.(.+)\.[a-z0-9_]{8}")


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside the file, then rename: a reader sees the old content or the new, whole.

    A link in the file's place is replaced, and what it leads to stays as it is.

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
    """Say which file or folder could not be written, and what to do.

    Raises:
        EnvironmentMissing: the system refused.
    """
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        remedy = FREE if full else "make it writable, or give another --results"
        raise EnvironmentMissing(
            f"{path} cannot be written ({error.strerror or error}); {remedy}"
        ) from error


def inside(folder: Path, name: str) -> Path:
    """Where a file of this name is, directly in the folder.

    Raises:
        UsageError: the name has a separator, or is none that the lab gives.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{folder}: no file is written as {name[:100]!r}; the names of the lab's files are of "
            "letters, digits, '.', '_' and '-'"
        )
    return folder / name


def own(folder: Path) -> Path:
    """The folder, if it is one or is still to be made.

    Raises:
        UsageError: a link stands in its place: what is written or deleted would be elsewhere.
    """
    if folder.is_symlink():
        raise UsageError(
            f"{folder} is a link, and a run keeps its files in its own folder; "
            "put a folder in its place"
        )
    return folder


def remove_made(folder: Path, made: re.Pattern[str], keep: Collection[str] = ()) -> None:
    """Delete the files of these names, whole or unfinished, and nothing else.

    Raises:
        EnvironmentMissing: the system refused.
    """
    remove_unfinished(folder, made)
    _remove(
        path for path in folder.iterdir() if made.fullmatch(path.name) and path.name not in keep
    )


def remove_unfinished(folder: Path, made: re.Pattern[str]) -> None:
    """Delete what a lab that was killed had only begun to write of the files of these names.

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
        UsageError: it is no file, is longer, or cannot be read.
    """
    try:
        # A named pipe would let its reader wait for ever.
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
