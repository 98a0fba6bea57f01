"""Facts about each service from public APIs, and the file that keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from orchestrator.app.asked import Asked, blank, of_github, of_index
from orchestrator.app.catalogue import catalogue
from orchestrator.files.atomic import write_atomically
from orchestrator.files.lock_file import LOCK, pinned_version, python_of
from orchestrator.files.published import TODAY, read_published, read_today, today_bytes
from orchestrator.model.entry import ServiceSet
from orchestrator.report.perks import perks_table
from orchestrator.report.table import Table
from orchestrator.world import World
from orchestrator.world.apis import Api
from orchestrator.world.console import Console


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """``failures``: a line for each service and API without an answer."""

    fetched: int
    failures: tuple[str, ...]


def perks(results: Path) -> Table:
    """Published facts beside today's, from committed files only.

    Raises:
        UsageError: a file is wrong.
    """
    return perks_table(None, read_published(results / "published"))


def show(console: Console, table: Table) -> None:
    """Print it for a person."""
    console.table(table.title, table.headings, table.shown)


def refresh(world: World, results: Path, github: str, index: str | None) -> Refreshed:
    """Ask both APIs about each service, and save the answers; if one fails, older values stay.

    Raises:
        UsageError: a file is wrong.
        EnvironmentMissing: no index is given, and pip does not say which it uses.
    """
    folder = results / "published"
    older = {today.service: today for today in read_today(folder)}
    stars_api = Asked(Api(name="GitHub", base=github))
    index_api = Asked(Api(name="package index", base=index or world.default_index()))
    date = world.clock.utc()[:10]
    today = []
    for service, manifest in catalogue(world.root).manifests.items():
        if manifest.folder != manifest.framework:
            continue  # another way to serve a framework that is in the table already
        if not {ServiceSet.BASE, ServiceSet.ORM}.isdisjoint(manifest.sets):
            continue  # no framework
        service_folder = world.root / "services" / manifest.folder
        python = python_of((service_folder / "Dockerfile").read_text())
        known = older.get(service) or blank(service)
        known = of_github(known, manifest, world.apis, stars_api, date)
        version = pinned_version(service_folder / LOCK, manifest.packages[0], python)
        today.append(of_index(known, manifest, version, world.apis, index_api, date))
    fetched = stars_api.fetched + index_api.fetched
    if fetched:
        write_atomically(folder / TODAY, today_bytes(today))
    return Refreshed(fetched=fetched, failures=(*stars_api.failures, *index_api.failures))
