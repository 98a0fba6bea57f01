"""Images as one file, made on one host and loaded on another that could not build them.

The file is what ``docker save`` writes, and one member more that says from which sources each
image was built: an image is taken for a service's only while its sources are still the same.
"""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from orchestrator.adapters.files import write_atomically
from orchestrator.errors import EnvironmentMissing, UsageError

SOURCES = "weblab-sources.json"
LOADED = ".lab/images.json"
"""What this checkout remembers of archives, below its top folder."""
CALL_WITHIN_S = 1800
Sources = dict[str, str]
"""Image id -> digest of the sources from which it was built."""


def save(images: Sequence[str], file: Path, sources: Mapping[str, str], host: str = "") -> None:
    """Write the images with all their layers; ``file`` is there whole or not at all.

    Args:
        images: their names.
        sources: image id -> digest.
        host: another engine than the usual one.

    Raises:
        EnvironmentMissing: the engine refused.
    """
    part = file.with_name(f".{file.name}.part")
    try:
        _docker(["image", "save", "--output", str(part), *images], host)
        content = msgspec.json.encode(dict(sources))
        with tarfile.open(part, "a") as archive:
            member = tarfile.TarInfo(SOURCES)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def load(file: Path, host: str = "") -> Sources:
    """Load them; from which sources they were built.

    Raises:
        UsageError: the file is no archive of the lab.
        EnvironmentMissing: the engine refused.
    """
    found = _sources(file)
    _docker(["image", "load", "--quiet", "--input", str(file)], host)
    return found


def _sources(file: Path) -> Sources:
    try:
        with tarfile.open(file) as archive:
            member = archive.extractfile(SOURCES)
            return msgspec.json.decode(member.read() if member else b"", type=Sources)
    except (OSError, tarfile.TarError, KeyError, msgspec.DecodeError) as error:
        raise UsageError(
            f"{file}: no archive of the lab's images ({error}); `make images-save FILE=...` makes "
            "one, on a host that can build them"
        ) from error


def _docker(words: Sequence[str], host: str) -> None:
    try:
        done = subprocess.run(
            ["docker", *words],
            env={**os.environ, **({"DOCKER_HOST": host} if host else {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=CALL_WITHIN_S,
            check=False,
        )
    except (FileNotFoundError, subprocess.TimeoutExpired) as error:
        raise EnvironmentMissing(f"`docker {' '.join(words[:2])}`: {error}") from error
    if done.returncode != 0:
        raise EnvironmentMissing(f"`docker {' '.join(words)}`: {done.stderr.strip()}")


class LoadedImages:
    """What was loaded on this checkout, kept in a file until the images are built here."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def remember(self, sources: Mapping[str, str]) -> None:
        """Add what an archive brought."""
        self._file.parent.mkdir(exist_ok=True)
        write_atomically(self._file, msgspec.json.encode({**self._read(), **sources}))

    def is_of(self, image_id: str, digest: str) -> bool:
        """Whether this image was loaded and built from sources with this digest."""
        return self._read().get(image_id) == digest

    def _read(self) -> Sources:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=Sources)
        except (FileNotFoundError, msgspec.DecodeError):
            return {}
