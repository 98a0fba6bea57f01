"""Public APIs, asked for one service after the other; what they do not tell is written down."""

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
"""Services in a row for which an API could not be reached: then it will not be for the others."""
ON_GITHUB = re.compile(r"https://github\.com/([\w.-]+)/([\w.-]+?)(?:\.git)?/?")


class Asked:
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


def on_github(source: str) -> tuple[str, str] | None:
    """Owner and repository of a source's address; None where it is elsewhere."""
    found = ON_GITHUB.fullmatch(source)
    return (found[1], found[2]) if found else None


def of_github(
    known: PerksToday, manifest: Manifest, apis: PublicApis, asked: Asked, date: str
) -> PerksToday:
    """``known`` with today's stars; as it was where GitHub does not tell them."""
    place = on_github(manifest.source)
    if place is None:  # its source is elsewhere: there is nothing to ask, and nothing to keep
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
    """``known`` with what the package index tells today; as it was where it does not.

    Args:
        version: of the service's first package, as its lock file pins it; None where it does not.
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
    """A service of which nothing is known yet."""
    return PerksToday(
        service=service,
        version=None,
        released=None,
        stars=None,
        maintainers=None,
        stars_fetched_at=None,
        index_fetched_at=None,
    )
