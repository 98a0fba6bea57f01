"""Asks a public API about one service after the other, and collects what failed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from orchestrator.model.entry import Manifest
from orchestrator.model.published import PerksToday
from orchestrator.world.apis import Api, ApiFailed, PublicApis

T = TypeVar("T")
GIVEN_UP_AFTER = 2
"""After this many services in a row for which an API was unreachable, it is not asked again."""
ON_GITHUB = re.compile(r"https://github\.com/([\w.-]+)/([\w.-]+?)(?:\.git)?/?")


class Asked:
    """An API, with the number of its answers and a message for each failure."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.fetched = 0
        self.failures: list[str] = []
        self._unreached = 0

    def ask(self, service: str, call: Callable[[Api], T]) -> T | None:
        """The API's answer; None if there is none, with a message in ``failures``."""
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


def on_github(source: str) -> tuple[str, str] | None:
    """Owner and repository of a source's address; None if it is not on GitHub."""
    found = ON_GITHUB.fullmatch(source)
    return (found[1], found[2]) if found else None


def of_github(
    known: PerksToday, manifest: Manifest, apis: PublicApis, asked: Asked, date: str
) -> PerksToday:
    """``known`` with today's stars; unchanged if GitHub gives no answer."""
    place = on_github(manifest.source)
    if place is None:  # not on GitHub: there is nothing to ask, and older stars do not apply
        return replace(known, stars=None, stars_fetched_at=None)
    counted = asked.ask(manifest.id, lambda api: apis.stars(api, *place))
    if counted is None:
        return known
    return replace(known, stars=counted, stars_fetched_at=date)


def of_index(
    known: PerksToday,
    manifest: Manifest,
    version: str | None,
    apis: PublicApis,
    asked: Asked,
    date: str,
) -> PerksToday:
    """``known`` with today's facts from the package index; unchanged if it gives no answer.

    Args:
        version: the lock file's version of the service's first package; None if it has none.
    """
    package = manifest.packages[0]
    if version is None:
        asked.failures.append(
            f"{manifest.id}: requirements.txt pins no {package}, the first package"
        )
        return known
    facts = asked.ask(manifest.id, lambda api: apis.index_facts(api, package, version))
    if facts is None:
        return known
    return replace(
        known,
        version=version,
        released=facts.released,
        maintainers=facts.maintainers,
        index_fetched_at=date,
    )


def blank(service: str) -> PerksToday:
    """The facts about a service before any API was asked."""
    return PerksToday(
        service=service,
        version=None,
        released=None,
        stars=None,
        maintainers=None,
        stars_fetched_at=None,
        index_fetched_at=None,
    )
