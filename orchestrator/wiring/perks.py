"""What public APIs tell of each service today, and the file that keeps it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.files import write_atomically
from orchestrator.adapters.http_json import Api, ApiFailed
from orchestrator.adapters.perks import GITHUB, index_facts, on_github, stars
from orchestrator.adapters.pip_index import default_index, pinned_version
from orchestrator.adapters.progress import ConsoleProgress
from orchestrator.adapters.published import TODAY, read_published, read_today, today_bytes
from orchestrator.model.entry import Manifest
from orchestrator.model.published import PerksToday
from orchestrator.report.perks import perks_table
from orchestrator.report.table import Table
from orchestrator.wiring.catalogue import ROOT, catalogue

__all__ = ["GITHUB", "Refreshed", "perks", "refresh", "show"]

T = TypeVar("T")
GIVEN_UP_AFTER = 2
"""Services in a row for which an API could not be reached: then it will not be for the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """``failures``: a line for each service and API that did not tell."""

    fetched: int
    failures: tuple[str, ...]


def perks(results: Path) -> Table:
    """What was published beside what is known today, from committed files alone.

    Raises:
        UsageError: a file is wrong.
    """
    return perks_table(None, read_published(results / "published"))


def show(table: Table) -> None:
    """Print it for a person."""
    ConsoleProgress().table(table.title, table.headings, table.shown)


def refresh(results: Path, github: str, index: str | None) -> Refreshed:
    """Ask both APIs for each service, and keep what they tell; older values stay where they fail.

    Raises:
        UsageError: a file is wrong.
        EnvironmentMissing: no index is given, and pip does not say which it uses.
    """
    folder = results / "published"
    older = {today.service: today for today in read_today(folder)}
    stars_api = _Asked(Api(name="GitHub", base=github))
    index_api = _Asked(Api(name="package index", base=index or default_index()))
    date = SystemClock().utc()[:10]
    today = []
    for service, manifest in catalogue().manifests.items():
        known = _of_github(older.get(service) or _blank(service), manifest, stars_api, date)
        today.append(_of_index(known, manifest, index_api, date))
    fetched = stars_api.fetched + index_api.fetched
    if fetched:
        write_atomically(folder / TODAY, today_bytes(today))
    return Refreshed(fetched=fetched, failures=(*stars_api.failures, *index_api.failures))


class _Asked:
    """An API, with what came of asking it."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.fetched = 0
        self.failures: list[str] = []
        self._unreached = 0

    def ask(self, service: str, call: Callable[[Api], T]) -> T | None:
        """What it tells; None where it does not, which is written down."""
        if self._unreached >= GIVEN_UP_AFTER:
            self.failures.append(f"{service}: {self.api.name} not asked: it cannot be reached")
            return None
        try:
            told = call(self.api)
        except ApiFailed as failed:
            self._unreached = 0 if failed.reached else self._unreached + 1
            self.failures.append(f"{service}: {self.api.name} {failed}")
            return None
        self._unreached = 0
        self.fetched += 1
        return told


def _of_github(known: PerksToday, manifest: Manifest, asked: _Asked, date: str) -> PerksToday:
    place = on_github(manifest.source)
    if place is None:  # its source is elsewhere: there is nothing to ask, and nothing to keep
        return replace(known, stars=None, stars_fetched_at=None)
    counted = asked.ask(manifest.id, lambda api: stars(api, *place))
    if counted is None:
        return known
    return replace(known, stars=counted, stars_fetched_at=date)


def _of_index(known: PerksToday, manifest: Manifest, asked: _Asked, date: str) -> PerksToday:
    package = manifest.packages[0]
    version = pinned_version(ROOT / "services" / manifest.id / "requirements.txt", package)
    if version is None:
        asked.failures.append(
            f"{manifest.id}: requirements.txt pins no {package}, the first package"
        )
        return known
    facts = asked.ask(manifest.id, lambda api: index_facts(api, package, version))
    if facts is None:
        return known
    return replace(
        known,
        version=version,
        released=facts.released,
        maintainers=facts.maintainers,
        index_fetched_at=date,
    )


def _blank(service: str) -> PerksToday:
    return PerksToday(
        service=service,
        version=None,
        released=None,
        stars=None,
        maintainers=None,
        stars_fetched_at=None,
        index_fetched_at=None,
    )
