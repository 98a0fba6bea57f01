"""Drift: folders, compose file, manifests and documents say the same. No Docker."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestrator.adapters.compose import (
    CROSSCHECK,
    LOCUST_MASTER,
    LOCUST_WORKER,
    WRK,
    WRK_COUNTER,
)
from orchestrator.adapters.manifests import read_contract, read_manifests
from orchestrator.adapters.template import MARK
from orchestrator.profiles import PROFILES

ROOT = Path(__file__).parent.parent
FOLDERS = sorted(p.name for p in (ROOT / "services").iterdir() if (p / "Dockerfile").is_file())
SERVICES = [name for name in FOLDERS if not name.startswith("_")]
MANIFESTS = read_manifests(ROOT / "services")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
NOT_FRAMEWORKS = {LOCUST_MASTER, LOCUST_WORKER, "one-framework-at-a-time", WRK, WRK_COUNTER}
TRACKED = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
    cwd=ROOT,
    capture_output=True,
    text=True,
    check=True,
).stdout.split()


def text(name: str) -> str:
    return (ROOT / name).read_text()


def test_the_nine_frameworks_of_2019_are_there() -> None:
    micro = {"aiohttp", "bottle", "flask", "japronto", "pyramid", "sanic", "starlette", "tornado"}
    assert micro | {"django"} <= set(SERVICES)


def test_folders_manifests_and_compose_blocks_are_the_same_services() -> None:
    assert sorted(MANIFESTS) == SERVICES
    assert sorted(set(COMPOSE["services"]) - NOT_FRAMEWORKS) == SERVICES


@pytest.mark.parametrize("service", FOLDERS)
def test_a_service_folder_is_complete(service: str) -> None:
    files = {path.name for path in (ROOT / "services" / service).iterdir()}
    wanted = {"Dockerfile", "app.py", "requirements.in", "requirements.txt", "service.toml"}
    assert wanted <= files


def test_only_the_cross_check_is_left_out_of_docker_compose_up() -> None:
    profiles = {name: block.get("profiles") for name, block in COMPOSE["services"].items()}
    assert {name for name, of in profiles.items() if of} == {WRK, WRK_COUNTER}
    assert profiles[WRK] == profiles[WRK_COUNTER] == [CROSSCHECK]


@pytest.mark.parametrize("service", SERVICES)
def test_a_compose_block_says_nothing_but_image_and_build(service: str) -> None:
    block = COMPOSE["services"][service]
    own = {key for key in block if block[key] != COMPOSE["x-server"].get(key)}
    assert own == {"image", "build"}
    assert block["image"] == f"weblab/{service}:local"
    assert block["build"]["context"] == f"services/{service}"


@pytest.mark.parametrize("service", [*FOLDERS, "../loadgen"])
def test_requirements_are_pinned_with_hashes(service: str) -> None:
    lines = text(f"services/{service}/requirements.txt").splitlines()
    pins = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert pins
    assert [line for line in pins if not re.match(r"^[\w.\[\]-]+==\S+( ;.*)? \\$", line)] == []
    assert text(f"services/{service}/requirements.txt").count("--hash=sha256:") >= len(pins)
    assert any(line.startswith("ujson==") for line in pins) or service == "../loadgen"


def test_readme_names_every_service_and_every_service_readme_row_exists() -> None:
    for manifest in MANIFESTS.values():
        assert manifest.name in text("README.md"), manifest.name
        assert manifest.name in text("services/README.md"), manifest.name


def test_the_contract_in_words_is_the_contract_in_toml() -> None:
    for expected in read_contract(ROOT / "services").values():
        assert expected.body in text("services/README.md")
        assert f"`GET {expected.path}`" in text("services/README.md")


def test_the_mark_for_new_services_is_in_the_compose_file() -> None:
    assert text("docker-compose.yml").count(MARK) == 1


def test_make_targets_and_help_agree_with_the_documents() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", text("Makefile"), re.MULTILINE))
    mentioned = set(re.findall(r"`make ([a-z-]+)", text("README.md") + text("CONTRIBUTING.md")))
    assert mentioned <= targets, mentioned - targets
    assert {"bench", "test", "check", "report", "doctor", "engine", "images", "new"} <= targets
    assert {"audit", "browser"} <= targets


def test_documents_name_every_profile() -> None:
    for name in PROFILES:
        assert f"`{name}`" in text("README.md"), name
        assert f"`{name}`" in text("docs/methodology.md"), name


def test_links_between_documents_lead_somewhere() -> None:
    for name in TRACKED:
        if not name.endswith(".md") or name.startswith("tests/golden/"):
            continue
        for target in re.findall(r"\]\(([^)#\s]+)", text(name)):
            if "://" not in target:
                assert (ROOT / name).parent.joinpath(target).exists(), f"{name} -> {target}"


def test_the_readmes_tables_are_those_of_committed_records() -> None:
    """Tables in documents come from a record; a number typed by hand does not survive this."""
    marked = r"<!-- table from (results/\S+\.md) -->\n(.*?)<!-- end -->"
    shown = re.findall(marked, text("README.md"), re.DOTALL)
    assert len(shown) == 3  # the run, the article beside it, and the cross-check
    for source, tables in shown:
        blocks = re.findall(r"(?:^\|.*\n)+", tables, re.MULTILINE)
        assert blocks
        for block in blocks:
            assert block in text(source)


def test_no_heading_of_the_readme_stands_twice() -> None:
    headings = re.findall(r"^#+ .*$", text("README.md"), re.MULTILINE)
    assert len(headings) == len(set(headings))


def test_version_is_stated_once() -> None:
    project = tomllib.loads(text("pyproject.toml"))["project"]
    from orchestrator import __version__

    assert project["version"] == __version__


def test_no_limit_is_repeated_outside_the_compose_file() -> None:
    """1 GiB, the CPU quota and 999999 files stand in docker-compose.yml alone."""
    allowed = {"orchestrator/checks.py"}  # the wanted nofile, to tell when a host grants less
    for name in TRACKED:
        if name.startswith("orchestrator/") and name.endswith(".py") and name not in allowed:
            assert not re.search(r"999_?999|1073741824|nano_cpus=|\b1g\b", text(name)), name
