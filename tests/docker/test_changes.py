"""Compares two compose files with the real Compose. No engine is used."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.adapters.changes import definitions, definitions_now
from orchestrator.changed import Definitions, redefined
from orchestrator.files.manifests import folders

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
SERVICES = sorted(folders(ROOT / "services"))
FLASK = "  flask:\n    <<: *server\n"
NEW = FLASK.replace("flask", "another") + "    image: weblab/another:local\n\n"


def resolved(text: str) -> Definitions:
    found = definitions(ROOT, text.encode())
    assert found is not None
    return found


def test_the_frameworks_of_the_compose_file_are_the_services() -> None:
    now = definitions_now(ROOT)
    assert now == resolved(TEXT)
    assert sorted(now.frameworks) == SERVICES


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        pytest.param("# How every", "# The way every", [], id="a comment"),
        pytest.param(FLASK, FLASK + "    cpus: 2\n", ["flask"], id="a framework"),
        pytest.param(FLASK, NEW + FLASK, [], id="a framework more"),
        pytest.param('cpuset: "${LAB_SERVER_CPU:-0}"', "cpuset: '3'", SERVICES, id="all servers"),
        pytest.param("LAB_NOFILE:-999999", "LAB_NOFILE:-999", SERVICES, id="a default"),
        pytest.param("--spawn-rate=64", "--spawn-rate=8", SERVICES, id="the load"),
        pytest.param('    user: "0:0"', '    user: "1:1"', SERVICES, id="the cross-check"),
        pytest.param(
            "networks:\n  lab:\n",
            "networks:\n  lab:\n    internal: true\n",
            SERVICES,
            id="the network",
        ),
    ],
)
def test_a_change_of_the_compose_file(old: str, new: str, names: list[str]) -> None:
    assert old in TEXT
    after = resolved(TEXT.replace(old, new))
    assert sorted(redefined(resolved(TEXT), after, SERVICES)) == names


@pytest.mark.parametrize("text", ["", "services: [", "services: {a: {image: b, nothing: c}}"])
def test_a_file_that_compose_refuses_has_no_definitions(text: str) -> None:
    assert definitions(ROOT, text.encode()) is None
