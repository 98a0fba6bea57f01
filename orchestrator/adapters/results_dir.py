"""The only file that knows how ``results/`` is laid out."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from orchestrator import codec
from orchestrator.adapters import checksums
from orchestrator.adapters.files import write_atomically
from orchestrator.errors import EnvironmentMissing, UsageError
from orchestrator.model.record import RunRecord
from orchestrator.model.settings import PlannedTrial

RECORD = "run.json"
CROSSCHECK = "crosscheck-"
INDEX = "index.html"
DERIVED = {".csv", ".html", ".json", ".md", ".svg"}
"""What a report consists of."""


def new_run_id() -> str:
    """``<UTC date>-<id>``: sorts by day, unique without asking anyone."""
    return f"{datetime.now(UTC):%Y-%m-%d}-{secrets.token_hex(3)}"


def find_run(results: Path, name: str) -> Path:
    """A run's folder by its id, by its path, or the latest by ``latest``.

    Raises:
        UsageError: there is no such run.
    """
    if name == "latest":
        found = sorted(runs(results), key=lambda path: (path / RECORD).stat().st_mtime)
        if not found:
            raise UsageError(f"no run in {results}/ yet")
        return found[-1]
    for folder in (results / name, Path(name)):
        if (folder / RECORD).is_file():
            return folder
    raise UsageError(f"no run {name!r}: neither {results / name}/{RECORD} nor {name}/{RECORD}")


def runs(results: Path) -> list[Path]:
    """Every folder with a record."""
    return sorted(path.parent for path in results.glob(f"*/{RECORD}"))


def crosschecks(results: Path) -> list[str]:
    """The names of all cross-checks' folders."""
    return sorted(path.parent.name for path in results.glob(f"{CROSSCHECK}*/crosscheck.md"))


def save_index(results: Path, text: str) -> Path:
    """The page that lists all runs."""
    path = results / INDEX
    write_atomically(path, text.encode())
    return path


def load(folder: Path) -> RunRecord:
    """A run's record.

    Raises:
        UsageError: it cannot be read.
    """
    path = folder / RECORD
    return codec.decode(path.read_bytes(), str(path))


class RunFolder:
    """One run's folder: the record, the raw files with their manifest, the report."""

    def __init__(self, folder: Path) -> None:
        self.path = folder

    def has_record(self) -> bool:
        """Whether a run has begun here."""
        return (self.path / RECORD).is_file()

    def create(self) -> None:
        """Make the folder now, so that a read-only place is known before the first trial.

        Raises:
            EnvironmentMissing: it cannot be written.
        """
        _make(self.path / checksums.RAW)

    def save(self, record: RunRecord) -> None:
        """Replace ``run.json`` atomically; the manifest lists it once the run has ended."""
        checksums.drop(self.path, RECORD)
        write_atomically(self.path / RECORD, codec.encode(record))
        if record.finished_at is not None:
            checksums.add(self.path, [RECORD])

    def save_raw(self, trial: PlannedTrial, files: Mapping[str, str]) -> tuple[str, ...]:
        """``raw/<order>-<service>-<workload>-<repeat>/`` anew, and the manifest's lines of it.

        Returns:
            The files, relative to the run's folder and sorted.
        """
        service, workload, repeat = trial.key
        name = f"{trial.order:03}-{service}-{workload}-{repeat}"
        folder = self.path / checksums.RAW / name
        checksums.drop(self.path, f"{checksums.RAW}/{name}")
        if folder.exists():
            shutil.rmtree(folder)
        if not files:
            return ()
        folder.mkdir()
        for file, text in files.items():
            (folder / file).write_bytes(text.encode())
        saved = checksums.raw(self.path, name)
        checksums.add(self.path, saved)
        return tuple(saved)

    def save_report(self, files: dict[str, str]) -> None:
        """Everything derived, under ``report/``; what another version derived there goes."""
        folder = self.path / "report"
        folder.mkdir(exist_ok=True)
        for path in folder.iterdir():
            if path.suffix in DERIVED and path.name not in files:
                path.unlink()
        for name, text in files.items():
            write_atomically(folder / name, text.encode())


class CrossCheckFolder:
    """One cross-check's folder: its JSON and its report side by side."""

    def __init__(self, results: Path) -> None:
        self.path = results / f"{CROSSCHECK}{new_run_id()}"

    def create(self) -> None:
        """Make the folder now, so that a read-only place is known before the first slice.

        Raises:
            EnvironmentMissing: it cannot be written.
        """
        _make(self.path)

    def save(self, files: dict[str, str]) -> None:
        """Replace each file atomically."""
        for name, text in files.items():
            write_atomically(self.path / name, text.encode())


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentMissing(
            f"{folder} cannot be written ({error.strerror}); give another --results"
        ) from error
