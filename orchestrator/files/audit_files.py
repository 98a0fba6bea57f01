"""The files that an audit reads: tables, Locust's CSV files, and the load.toml beside them."""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import astuple
from pathlib import Path
from typing import Any

from orchestrator.audit import locust_csv
from orchestrator.audit.locust_run import LocustRun
from orchestrator.audit.unread import of_error
from orchestrator.errors import UsageError
from orchestrator.files.toml import read_toml, typed
from orchestrator.model.finding import Unread
from orchestrator.model.published import OfferedLoad

RECORD, LOAD = "run.json", "load.toml"
CSV = (".csv", ".tsv")
TABLES = (".md", ".markdown", *CSV)
OF_2019, TODAY = "_requests.csv", "_stats.csv"
_BESIDE = {
    "distribution": ("_distribution.csv", locust_csv.read_distribution),
    "failures": ("_failures.csv", locust_csv.read_failures),
    "history": ("_stats_history.csv", locust_csv.read_history),
}
EXPECTED = (
    "expected a run (a folder with run.json, crosscheck.json, ab.json, instructions.json, "
    "cost.json or size.json, or that file itself), a table (.md, .csv), or a folder with Locust's "
    "CSV files (<name>_requests.csv of 2019, <name>_stats.csv of today)"
)
# File names that nobody chose; the folder's name says more about such a test.
_UNNAMED = frozenset({"locust", "stats", "results", "example", "report"})
_HEADER_MOST = 64 * 1024
USERS_MOST = 1_000_000
"""Most users of a load; the audit simulates the schedule user by user."""


def read_text(path: Path) -> str:
    """A text file in UTF-8, or in UTF-16 if it begins with its byte order mark (PowerShell).

    Raises:
        UsageError: it cannot be read, or is not text.
    """
    try:
        text = _decoded(path.read_bytes(), "strict")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not text in {error.encoding}: {error.reason}") from error
    if "\0" in text:
        raise UsageError(f"{path}: not text: it contains NUL bytes")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def kind(path: Path) -> locust_csv.FileKind | None:
    """Which of Locust's files it is, by its header; None if it is not one."""
    try:
        with path.open("rb") as file:
            begin = file.read(_HEADER_MOST) if path.suffix.lower() in CSV else b""
    except OSError:
        return None
    return locust_csv.kind(_decoded(begin, "ignore"))


def run_folders(folder: Path, record: str = RECORD) -> list[Path]:
    """Every run below a folder; ``record``: the name of its record."""
    return sorted(path.parent for path in folder.rglob(record) if path.is_file())


def other_files(folder: Path, runs: AbstractSet[Path]) -> list[Path]:
    """Every file below a folder that belongs to none of these runs and is not a ``load.toml``."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != LOAD and runs.isdisjoint(path.parents)
    ]


def why_not(path: Path) -> str:
    """Why a file in a folder is not audited."""
    what = kind(path)
    if what is locust_csv.FileKind.EXCEPTIONS:
        return "Locust's list of exceptions: no other file has counts to compare it with"
    if what is not None:
        return f"Locust's {what}, but the {OF_2019} or {TODAY} file of the same test is missing"
    if path.suffix.lower() not in TABLES:
        return "neither a run nor a table"
    try:
        first = read_text(path).strip().partition("\n")[0]
    except UsageError as error:
        return str(error).removeprefix(f"{path}: ")
    if path.name.endswith((OF_2019, TODAY)):
        return f"not a file of Locust: its first line is {first[:80]!r}" if first else "empty"
    return "not one of Locust's files; to audit a table, name it: lab audit FILE"


def locust_run(path: Path, root: Path) -> LocustRun:
    """One test: its numbers and the files beside them, with paths relative to ``root``.

    Files downloaded from Locust's page (today's format in a ``_requests.csv``) are read alone: each
    shows the moment of its download, so they need not agree with each other.

    Raises:
        UsageError: its numbers are not Locust's, or not complete.
    """
    text, stem = read_text(path), _stem(path)
    of_2019 = "# requests" in text.partition("\n")[0].lower()
    beside: dict[str, Any] = {}
    files, unread = [], []
    for name, (ending, read) in _BESIDE.items():
        other = path.with_name(stem + ending)
        if not other.is_file() or (path.name.endswith(OF_2019) and not of_2019):
            continue
        where = other.relative_to(root).as_posix()
        try:
            beside[name] = read(read_text(other), str(other))
            files.append(where)
        except UsageError as error:
            unread.append(of_error(error, where, str(other)))
    entries = locust_csv.read_stats(text, str(path))
    if not entries:
        raise UsageError(f"{path}: it has column titles, but no rows")
    file = path.relative_to(root).as_posix()
    if len(entries) > 1 and not any(map(locust_csv.is_total, entries)):
        unread.append(Unread(file=file, where="total", reason="the file has no such row"))
    return LocustRun(
        name=path.parent.name if is_unnamed(path) else stem,
        file=file,
        entries=entries,
        of_2019=of_2019,
        beside=tuple(files),
        unread=tuple(unread),
        **beside,
    )


def is_unnamed(path: Path) -> bool:
    """Whether the test is named after its folder; other tests are then in sibling folders."""
    return _stem(path) in _UNNAMED


def offered_load(folder: Path) -> OfferedLoad | None:
    """``load.toml`` in a folder; None if there is none.

    Raises:
        UsageError: its content does not fit ``OfferedLoad``.
    """
    path = folder / LOAD
    if not path.is_file():
        return None
    return checked(typed(read_toml(path), OfferedLoad, path), str(path))


def checked(load: OfferedLoad, where: str) -> OfferedLoad:
    """Return the load if it is possible.

    Raises:
        UsageError: a number is out of range or not finite, or think times are in the wrong order.
    """
    if not all(map(math.isfinite, astuple(load))):
        raise UsageError(f"{where}: each number must be finite")
    if min(load.users, load.spawn_rate, load.duration_s) <= 0:
        raise UsageError(f"{where}: users, spawn rate and duration must be more than 0")
    if load.users > USERS_MOST:
        raise UsageError(f"{where}: the audit can simulate at most {USERS_MOST:,} users")
    if not 0 <= load.think_min_s <= load.think_max_s:
        raise UsageError(f"{where}: the think time's minimum must be from 0 to its maximum")
    return load


def named_workload(path: Path, workloads: Iterable[str]) -> str | None:
    """The workload named by a word in the file's name or else in the nearest folder's name."""
    known = set(workloads)
    for part in reversed(path.resolve().parts):
        if words := [one for one in re.split(r"[^a-z0-9]+", part.lower()) if one in known]:
            return words[-1]
    return None


def _stem(path: Path) -> str:
    ending = next(one for one in (OF_2019, TODAY, path.suffix) if path.name.endswith(one))
    return path.name.removesuffix(ending)


def _decoded(raw: bytes, errors: str) -> str:
    utf_16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return raw.decode("utf-16" if utf_16 else "utf-8-sig", errors)
