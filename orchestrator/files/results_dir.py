"""The only file that knows how ``results/`` is laid out."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from orchestrator import codec
from orchestrator.errors import UsageError
from orchestrator.files import checksums
from orchestrator.files.atomic import (
    inside,
    own,
    read,
    remove_made,
    remove_unfinished,
    write_atomically,
    writing,
)
from orchestrator.model.record import RunRecord
from orchestrator.model.settings import PlannedTrial

R = TypeVar("R")

RECORD = "run.json"
INDEX = "index.html"
DERIVED = re.compile(
    r"report\.md|index\.html|ab\.html|(start|image)\.svg|(claims|perks)\.(csv|json)"
    r"|published-[a-z][a-z0-9-]*\.(csv|json)"
    r"|[a-z][a-z0-9-]*-(2019|hold|open|open-shares|fixed-rate)\.(csv|json)"
    r"|[a-z][a-z0-9-]*-(throughput|ramp|latency-hold|latency-open|rate-latency|cpu|cpu-open|memory)"
    r"\.svg"
)
"""Names of a report's files, as this or an earlier version of the lab writes them."""
LEFT = re.compile(r"samples\.csv|locust_[a-z_]+\.csv|[a-z][a-z0-9-]*\.log")
"""Names of the files that a trial saves in its folder below `raw/`."""


def new_run_id() -> str:
    """``<UTC date>-<id>``: sorts by day, and its random part makes it unique."""
    return f"{datetime.now(UTC):%Y-%m-%d}-{secrets.token_hex(3)}"


def find_run(results: Path, name: str, file: str = RECORD) -> Path:
    """A run's folder, given by its id, its path, or ``latest``.

    Args:
        file: the name of the record's file.

    Raises:
        UsageError: there is no such run.
    """
    if name == "latest":
        found = sorted(runs(results, file), key=lambda path: (path / file).stat().st_mtime)
        if not found:
            raise UsageError(f"no run in {results}/ yet")
        return found[-1]
    for folder in (results / name, Path(name)):
        if (folder / file).is_file():
            return folder
    raise UsageError(f"no run {name!r}: neither {results / name}/{file} nor {name}/{file}")


def runs(results: Path, file: str = RECORD) -> list[Path]:
    """Every folder with a record of this name."""
    return sorted(path.parent for path in results.glob(f"*/{file}"))


def save_index(results: Path, text: str) -> Path:
    """Write the page that lists all runs."""
    path = results / INDEX
    write_atomically(path, text.encode())
    return path


def load(folder: Path) -> RunRecord:
    """A run's record.

    Raises:
        UsageError: it cannot be read.
    """
    path = folder / RECORD
    return codec.decode(read(path, codec.MOST_BYTES), str(path))


def read_record(path: Path, decoded: Callable[[bytes, str], R]) -> R:
    """The record of any experiment.

    Args:
        decoded: decodes the file's content; its second argument is the path for error messages.

    Raises:
        UsageError: it cannot be read.
    """
    return decoded(read(path, codec.MOST_BYTES), str(path))


class RunFolder:
    """One run's folder: the record, the raw files with their manifest, the report.

    It writes nothing outside the folder, and deletes only files with names that the lab uses.
    ``record``: the name of the record's file. ``raw``: whether there are raw files, and a manifest.
    """

    def __init__(self, folder: Path, *, record: str = RECORD, raw: bool = True) -> None:
        self.path = folder
        self.record = folder / record
        self._raw = raw

    def has_record(self) -> bool:
        """Whether a run has begun here."""
        return self.record.is_file()

    def create(self) -> None:
        """Create the folder now, so that a read-only place is noticed before anything is measured.

        Raises:
            EnvironmentMissing: it cannot be written.
            UsageError: its `raw/` is a symbolic link.
        """
        _make(self.path / checksums.RAW if self._raw else self.path)
        begun = rf"{re.escape(self.record.stem)}\.[a-z]+|{checksums.MANIFEST}"
        remove_unfinished(self.path, re.compile(begun))

    def save(self, files: Mapping[str, bytes], *, finished: bool) -> None:
        """Replace each file atomically; the manifest lists them once the run has finished.

        Raises:
            EnvironmentMissing: one cannot be written.
            UsageError: a name is not a plain file name.
        """
        paths = {inside(self.path, name): content for name, content in files.items()}
        if self._raw:
            checksums.drop(self.path, *files)
        for path, content in paths.items():
            write_atomically(path, content)
        if finished and self._raw:
            checksums.add(self.path, files)

    def save_raw(self, trial: PlannedTrial, files: Mapping[str, str]) -> tuple[str, ...]:
        """Replace ``raw/<order>-<service>-<workload>-<repeat>/`` and its lines in the manifest.

        Returns:
            The files, relative to the run's folder and sorted.

        Raises:
            EnvironmentMissing: they cannot be written.
            UsageError: a name is not a plain file name, or a folder is a symbolic link.
        """
        service, workload, repeat = trial.key
        name = f"{trial.order:03}-{service}-{workload}-{repeat}"
        folder = own(inside(own(self.path / checksums.RAW), name))
        paths = {inside(folder, file): text for file, text in files.items()}
        checksums.drop(self.path, f"{checksums.RAW}/{name}")
        if folder.exists():
            remove_made(folder, LEFT)
        if not paths:
            with suppress(OSError):  # it does not exist, or a person put a file into it
                folder.rmdir()
            return ()
        _make(folder)
        for path, text in paths.items():
            write_atomically(path, text.encode(errors="replace"))
        saved = sorted(path.relative_to(self.path).as_posix() for path in paths)
        checksums.add(self.path, saved)
        return tuple(saved)

    def save_report(self, files: dict[str, str]) -> None:
        """Write all derived files to ``report/``; delete those that are no longer made.

        Raises:
            EnvironmentMissing: it cannot be written.
            UsageError: a name is not a plain file name, or ``report/`` is a symbolic link.
        """
        folder = own(self.path / "report")
        paths = {inside(folder, name): text for name, text in files.items()}
        _make(folder)
        remove_made(folder, DERIVED, keep=files)
        for path, text in paths.items():
            write_atomically(path, text.encode())


def _make(folder: Path) -> None:
    with writing(folder):
        own(folder).mkdir(parents=True, exist_ok=True)
