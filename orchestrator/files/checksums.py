"""A run's manifest ``SHA256SUMS``: the digests of its saved files, for ``sha256sum -c``."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from orchestrator.errors import UsageError
from orchestrator.files.atomic import read, write_atomically

MANIFEST = "SHA256SUMS"
RAW = "raw"
MOST_BYTES = 64 * 2**20

# The format of coreutils: digest, a space, a space or (binary mode) an asterisk, the file's name.
_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")


def add(folder: Path, files: Iterable[str]) -> None:
    """Add these files of a run's folder to the manifest, with their current digests.

    Lines of other files stay as they are: resuming a run must not re-bless a file that someone
    altered. A folder without a manifest, from an older version of the lab, gets one of all its raw
    files.

    Args:
        files: relative to ``folder``.
    """
    path = folder / MANIFEST
    sums = (
        _listed(path) if path.exists() else {name: _digest(folder / name) for name in raw(folder)}
    )
    sums |= {name: _digest(folder / name) for name in files}
    _write(path, sums)


def drop(folder: Path, *names: str) -> None:
    """Remove these files, or all files in these folders, from the manifest before they change."""
    path = folder / MANIFEST
    if not path.exists():
        return
    gone = tuple(f"{name}/" for name in names)
    sums = _listed(path)
    kept = {n: digest for n, digest in sums.items() if n not in names and not n.startswith(gone)}
    if kept != sums:
        _write(path, kept)


def differences(folder: Path) -> dict[str, tuple[str | None, str | None]]:
    """Files that differ from the manifest: file -> (listed digest, found digest).

    The found digest is None if the file is missing or a symbolic link leads to it. The listed
    digest is None for a file under ``raw/`` that the manifest does not list. A folder without a
    manifest has no differences.

    Raises:
        UsageError: the manifest is malformed.
    """
    path = folder / MANIFEST
    if not path.exists():
        return {}
    listed = _listed(path)
    found = {
        name: _digest(folder / name) if _is_there(folder, name) else None
        for name in sorted({*listed, *raw(folder)})
    }
    return {
        name: (listed.get(name), digest)
        for name, digest in found.items()
        if listed.get(name) != digest
    }


def raw(folder: Path, trial: str = "") -> list[str]:
    """The files under ``raw/``, or of one trial there, relative to the run's folder and sorted."""
    found = (path.relative_to(folder).as_posix() for path in (folder / RAW / trial).rglob("*"))
    return sorted(name for name in found if _is_there(folder, name))


def _listed(path: Path) -> dict[str, str]:
    sums: dict[str, str] = {}
    text = read(path, MOST_BYTES).decode(errors="replace")
    for number, line in enumerate(text.splitlines(), 1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise UsageError(f"{path}:{number}: no line of sha256sum: {line[:100]!r}")
        digest, name = match.groups()
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise UsageError(f"{path}:{number}: {name!r} is not in the run's folder")
        sums[name] = digest
    return sums


def _write(path: Path, sums: dict[str, str]) -> None:
    lines = [f"{digest}  {name}\n" for name, digest in sorted(sums.items())]
    write_atomically(path, "".join(lines).encode())


def _is_there(folder: Path, name: str) -> bool:
    """Whether it is a file of this folder; the target of a symbolic link was not saved here."""
    path = folder / name
    return path.is_file() and path.resolve() == folder.resolve() / name


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
