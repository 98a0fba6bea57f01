"""What the lab does not take of somebody's compose file is said, not left out in silence."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.adapters.their_compose import problems_of

CHECK = {"test": ["CMD", "pg_isready"]}
DB: dict[str, Any] = {
    "image": "postgres:17",
    "healthcheck": CHECK,
    "entrypoint": None,
    "volumes": [{"type": "volume", "source": "data", "target": "/data"}],
}


def test_a_service_with_a_healthcheck_and_a_volume_is_taken() -> None:
    assert list(problems_of("db", {"db": DB})) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"healthcheck": None}, "db has no healthcheck"),
        ({"healthcheck": {**CHECK, "disable": True}}, "db has no healthcheck"),
        ({"volumes": [{"type": "bind", "source": "/srv/init.sql"}]}, "db takes /srv/init.sql from"),
        ({"entrypoint": ["/start"]}, "db has entrypoint, which the lab does not take"),
        ({"secrets": [{"source": "password"}]}, "db has secrets, which"),
    ],
)
def test_what_a_companion_cannot_have_is_told(changes: dict[str, Any], words: str) -> None:
    (told,) = problems_of("db", {"db": {**DB, **changes}})
    assert told.startswith(words)


def test_a_service_that_is_not_there_is_told_with_those_that_are() -> None:
    (told,) = problems_of("dbs", {"db": DB, "web": {}})
    assert told == "no service dbs; its services are: db, web"
