"""Public APIs that are asked for one service after the other, and when they are given up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.app.asked import Asked, blank, of_github, of_index
from orchestrator.model.published import PerksToday
from orchestrator.world.apis import Api, ApiFailed, IndexFacts
from tests.unit.examples import manifest

FLASK = manifest("flask")
OLDER = replace(blank("flask"), stars=5, stars_fetched_at="2020-01-01")


class Apis:
    """They tell this, or fail like that."""

    def __init__(self, told: int | ApiFailed) -> None:
        self.told = told

    def stars(self, api: Api, owner: str, repository: str) -> int:
        return self._told()

    def index_facts(self, api: Api, package: str, version: str) -> IndexFacts:
        return IndexFacts(released="2026-02-19", maintainers=self._told())

    def _told(self) -> int:
        if isinstance(self.told, ApiFailed):
            raise self.told
        return self.told


@pytest.fixture
def asked() -> Asked:
    return Asked(Api(name="GitHub", base="http://127.0.0.1"))


def fails(asked: Asked, service: str, *, reached: bool) -> None:
    def call(_: Api) -> int:
        raise ApiFailed("said no", reached=reached)

    assert asked.ask(service, call) is None


def test_two_services_in_a_row_that_do_not_reach_it_are_enough(asked: Asked) -> None:
    fails(asked, "a", reached=False)
    fails(asked, "b", reached=False)
    assert asked.ask("c", lambda _: 1) is None
    assert asked.failures == [
        "a: GitHub said no",
        "b: GitHub said no",
        "c: GitHub not asked: it cannot be reached",
    ]
    assert asked.fetched == 0


@pytest.mark.parametrize("between", ["an answer", "a refusal"])
def test_what_reaches_it_in_between_starts_the_count_again(asked: Asked, between: str) -> None:
    fails(asked, "a", reached=False)
    if between == "an answer":
        assert asked.ask("b", lambda _: 2) == 2
    else:
        fails(asked, "b", reached=True)
    fails(asked, "c", reached=False)
    assert asked.ask("d", lambda _: 1) == 1


def stars_of(known: PerksToday, apis: Apis, asked: Asked, source: str = FLASK.source) -> PerksToday:
    return of_github(known, replace(FLASK, source=source), apis, asked, "2026-11-26")


def test_stars_are_kept_where_they_are_not_told_and_go_where_nobody_gives_any(
    asked: Asked,
) -> None:
    told = stars_of(OLDER, Apis(7), asked)
    assert (told.stars, told.stars_fetched_at) == (7, "2026-11-26")
    assert stars_of(OLDER, Apis(ApiFailed("said no", reached=True)), asked) == OLDER
    elsewhere = stars_of(OLDER, Apis(7), asked, source="https://example.org/a/b")
    assert (elsewhere.stars, elsewhere.stars_fetched_at) == (None, None)


def test_a_version_that_no_lock_file_pins_is_not_asked_for(asked: Asked) -> None:
    assert of_index(OLDER, FLASK, None, Apis(2), asked, "2026-11-26") == OLDER
    assert asked.failures == ["flask: requirements.txt pins no flask, the first package"]
    told = of_index(OLDER, FLASK, "3.1", Apis(2), asked, "2026-11-26")
    assert (told.version, told.maintainers, told.index_fetched_at) == ("3.1", 2, "2026-11-26")
    assert told.stars == 5
