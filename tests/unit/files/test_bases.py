"""The repository's services can be compared with their base, and with their framework's other ways.

A base is a service of the set ``base``: a function without a framework on some server. What a
framework adds to it is a difference of two services, so everything else must be equal.
"""

from __future__ import annotations

import re
import shlex
from itertools import combinations
from pathlib import Path

import pytest

from orchestrator.files.manifests import bases, read_manifests
from orchestrator.model.entry import OWN_SERVER, Manifest, ServiceSet
from tests.conftest import ROOT

SERVICES = ROOT / "services"
MANIFESTS = read_manifests(SERVICES)
BASES = [one for one in MANIFESTS.values() if ServiceSet.BASE in one.sets]
ON_A_BASE = [
    one
    for one in MANIFESTS.values()
    if ServiceSet.BASE not in one.sets and one.server != OWN_SERVER
]


def bases_of(manifest: Manifest) -> list[Manifest]:
    wanted = (manifest.server, manifest.interface)
    return [base for base in BASES if (base.server, base.interface) == wanted]


def pins(folder: str) -> dict[str, str]:
    lock = (SERVICES / folder / "requirements.txt").read_text()
    return dict(re.findall(r"^([\w.-]+)(?:\[[\w,-]*\])?==([^\s;]+)", lock, re.MULTILINE))


def differing_pins(one: Manifest, other: Manifest) -> dict[str, tuple[str, str]]:
    """The packages named in ``service.toml`` that both locks have, in different versions."""
    left, right = pins(one.folder), pins(other.folder)
    named = {name.lower() for name in (*one.packages, *other.packages)}
    return {
        name: (left[name], right[name])
        for name in sorted(named & left.keys() & right.keys())
        if left[name] != right[name]
    }


def command(folder: str) -> tuple[str, dict[str, str]]:
    """The program that ``serve.sh`` starts, and its options without the application's name."""
    script = SERVICES / folder / "serve.sh"
    if not script.is_file():
        return "python", {"app.py": ""}  # as the Dockerfile says
    # A variable chooses what the application does; it is no option of the server.
    lines = [line for line in script.read_text().splitlines() if not line.startswith("export ")]
    program, *rest = shlex.split("\n".join(lines), comments=True)[1:]
    words = iter([word for word in rest if not re.fullmatch(r"app:\w+", word)])
    options: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not name.startswith("-") and options:
            options[list(options)[-1]] += f" {word}"
        else:
            options[name] = value if equals else ""
    return program, {name: value.strip() for name, value in options.items()}


@pytest.mark.parametrize("manifest", ON_A_BASE, ids=lambda one: one.id)
def test_a_service_has_exactly_one_base(manifest: Manifest) -> None:
    assert len(bases_of(manifest)) == 1, f"no base, or several: {manifest.server}"


@pytest.mark.parametrize("manifest", ON_A_BASE, ids=lambda one: one.id)
def test_a_service_and_its_base_are_served_alike(manifest: Manifest) -> None:
    (base,) = bases_of(manifest)
    for fact in ("workers", "keep_alive", "backlog", "event_loop", "http_parser"):
        assert getattr(manifest, fact) == getattr(base, fact), fact
    assert differing_pins(manifest, base) == {}


@pytest.mark.parametrize("manifest", ON_A_BASE, ids=lambda one: one.id)
def test_a_service_starts_its_server_with_the_options_of_its_base(manifest: Manifest) -> None:
    (base,) = bases_of(manifest)
    mine, its = command(manifest.folder), command(base.folder)
    if all(
        "app.py" not in options for _, options in (mine, its)
    ):  # which starts it in its own words
        assert mine == its


@pytest.mark.parametrize("framework", sorted({one.framework for one in MANIFESTS.values()}))
def test_all_locks_of_a_framework_pin_the_same_versions(framework: str) -> None:
    ways = [one for one in MANIFESTS.values() if one.framework == framework]
    differing = {
        f"{one.id}, {other.id}": differing_pins(one, other) for one, other in combinations(ways, 2)
    }
    assert {pair: found for pair, found in differing.items() if found} == {}
    assert all("ujson" in pins(one.folder) for one in ways)


def test_options_are_read_with_and_without_an_equals_sign() -> None:
    program, options = command("wsgi/threads")
    assert program == "gunicorn"
    assert options["--threads"] == "4"
    assert options["--no-control-socket"] == ""


def test_the_base_of_each_service_is_known_by_name() -> None:
    found = bases(SERVICES)
    assert found["flask-gunicorn"] == "wsgi-threads"
    assert found["wsgi-threads"] == "wsgi-threads"
    assert "sanic" not in found
    assert {one.id for one in MANIFESTS.values() if bases_of(one)} == found.keys()


def test_a_manifest_that_cannot_be_read_hides_its_own_base_alone(tmp_path: Path) -> None:
    for name in ("flask", "wsgi-werkzeug", "bottle"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "service.toml").write_text(
            (folder_of(name) / "service.toml").read_text()
        )
    assert bases(tmp_path) == {"flask": "wsgi-werkzeug", "wsgi-werkzeug": "wsgi-werkzeug"}
    (tmp_path / "flask" / "service.toml").write_text("broken = ")
    assert bases(tmp_path) == {"wsgi-werkzeug": "wsgi-werkzeug"}


def folder_of(service: str) -> Path:
    return SERVICES / MANIFESTS[service].folder
