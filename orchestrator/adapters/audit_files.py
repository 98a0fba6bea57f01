"""The files that an audit reads: tables, Locust's CSV, the load beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from orchestrator.adapters.toml import read_toml, typed
from orchestrator.audit.locust_csv import (
    read_distribution,
    read_failures,
    read_history,
    read_stats,
)
from orchestrator.audit.locust_run import LocustRun
from orchestrator.errors import UsageError
from orchestrator.model.published import OfferedLoad

RECORD, LOAD = "run.json", "load.toml"
OF_2019, TODAY = "_requests.csv", "_stats.csv"
DISTRIBUTION, FAILURES, HISTORY = "_distribution.csv", "_failures.csv", "_stats_history.csv"
EXPECTED = (
    "expected a run (a folder with run.json, or run.json itself), a table (.md, .csv), or a folder "
    "with Locust's CSV files (<name>_requests.csv of 2019, <name>_stats.csv of today)"
)
# What a test is called by those who did not name it: the folder's name says more.
_UNNAMED = frozenset({"locust", "stats", "results", "example", "report"})


def read_text(path: Path) -> str:
    """A text file.

    Raises:
        UsageError: it cannot be read, or is no text.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not a text in UTF-8: {error.reason}") from error
    if "\0" in text:
        raise UsageError(f"{path}: not a text: it has NUL bytes")
    return text


def is_locust(path: Path) -> bool:
    """Whether the name is one that Locust gives to the numbers of a test."""
    return path.name.endswith((OF_2019, TODAY))


def run_folders(folder: Path) -> list[Path]:
    """Every run below a folder."""
    return sorted(path.parent for path in folder.rglob(RECORD) if path.is_file())


def locust_files(folder: Path) -> list[Path]:
    """The numbers of every test below a folder, but for those that belong to a run.

    Raises:
        UsageError: a file of a test stands alone, without the test's numbers.
    """
    runs = run_folders(folder)
    files = [
        path
        for path in sorted(folder.rglob("*.csv"))
        if path.is_file() and not any(path.is_relative_to(run) for run in runs)
    ]
    found = [path for path in files if is_locust(path)]
    lonely = [p for p in files if p.name.endswith((DISTRIBUTION, HISTORY)) and not _main(p, found)]
    if lonely:
        raise UsageError(
            [f"{p}: there is no {_stem(p)}{OF_2019} or {_stem(p)}{TODAY} beside it" for p in lonely]
        )
    return found


def locust_run(path: Path, root: Path) -> LocustRun:
    """One test: its numbers and what stands beside them; named relative to ``root``.

    Raises:
        UsageError: one of the files is not Locust's, or not whole.
    """
    stem = _stem(path)

    def beside(ending: str) -> Path | None:
        other = path.with_name(stem + ending)
        return other if other.is_file() else None

    distribution, failures, history = map(beside, (DISTRIBUTION, FAILURES, HISTORY))
    return LocustRun(
        name=path.parent.name if is_unnamed(path) else stem,
        file=path.relative_to(root).as_posix(),
        entries=read_stats(read_text(path), str(path)),
        of_2019=path.name.endswith(OF_2019),
        distribution=(
            read_distribution(read_text(distribution), str(distribution)) if distribution else None
        ),
        failures=read_failures(read_text(failures), str(failures)) if failures else None,
        history=read_history(read_text(history), str(history)) if history else None,
    )


def is_unnamed(path: Path) -> bool:
    """Whether the test has its name from its folder: then its neighbours are one folder up."""
    return _stem(path) in _UNNAMED


def offered_load(folder: Path) -> OfferedLoad | None:
    """``load.toml`` in a folder; None where there is none.

    Raises:
        UsageError: it is not what ``OfferedLoad`` holds.
    """
    path = folder / LOAD
    if not path.is_file():
        return None
    return checked(typed(read_toml(path), OfferedLoad, path), str(path))


def checked(load: OfferedLoad, where: str) -> OfferedLoad:
    """The load, if there can be such a one.

    Raises:
        UsageError: nobody asks, or think times are in the wrong order.
    """
    if min(load.users, load.spawn_rate, load.duration_s) <= 0:
        raise UsageError(f"{where}: users, spawn rate and duration must be more than 0")
    if not 0 <= load.think_min_s <= load.think_max_s:
        raise UsageError(f"{where}: the think time's minimum must be from 0 to its maximum")
    return load


def named_workload(path: Path, workloads: Iterable[str]) -> str | None:
    """The workload that a file's name, or else the nearest folder's, has as a word."""
    known = set(workloads)
    for part in reversed(path.resolve().parts):
        words = [word for word in re.split(r"[^a-z0-9]+", part.lower()) if word in known]
        if words:
            return words[-1]
    return None


def _stem(path: Path) -> str:
    endings = (OF_2019, HISTORY, TODAY, DISTRIBUTION, FAILURES)
    return next(path.name.removesuffix(e) for e in endings if path.name.endswith(e))


def _main(path: Path, found: Iterable[Path]) -> bool:
    return any(other.parent == path.parent and _stem(other) == _stem(path) for other in found)
