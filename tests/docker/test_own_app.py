"""`--app` on an application with a companion, in a folder with an odd name in a git repository."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from orchestrator.adapters.docker_engine import RUN
from orchestrator.files.own_root import PLACE
from tests.conftest import ROOT
from tests.docker.leaning import CHECK, PROGRAM
from tests.docker.own_apps import application, base, lab

SECRET = "se$cret"
ANSWER = """\
import json, os, pathlib, socket


def answer(path):
    with socket.create_connection(("mate", 9000), timeout=2) as mate:
        said = mate.recv(2).decode()
    pathlib.Path("/app/cache/last").write_text(path)
    secret = os.environ["SECRET"] == "se$cret"
    return json.dumps({"path": path, "mate": said, "secret": secret}).encode()
"""
SETTINGS = """\
name = "shop"
title = "Shop ☕ 🛒"
writable = ["/app/cache"]

[environment]
SECRET = "se$cret"

[companions]
compose = "compose.yml"
services = ["mate"]

[workloads.items.values]
id = { first = 1, last = 1000 }

[[workloads.items.mix]]
path = "/items/${id}"
status = 200
content_type = "application/json"
json = '{"path": "/items/${id}", "mate": "ok", "secret": true}'

"""
PLAIN = "def answer(path):\n    return b'{\"price\": 10}'\n"
WRONG_ANSWER = "def answer(path):\n    return b'{\"price\": 11}'\n"
WANTED = """\
name = "shop"

[workloads.price]
path = "/price"
status = 200
content_type = "application/json"
json = '{"price": 10}'

"""


def git(folder: Path, *words: str) -> None:
    me = ("-c", "user.name=A Person", "-c", "user.email=a@person.example")
    subprocess.run(["git", "-C", folder, *me, *words], check=True, capture_output=True)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    top = tmp_path_factory.mktemp("repository")
    folder = application(top / "My $hop é", ANSWER, SETTINGS)
    mate = {
        "image": base(),
        # As a database does with the folder of its data.
        "command": ["python", "-c", f"import os; os.chmod('/data', 0o700)\n{PROGRAM}"],
        "volumes": ["kept:/data"],
        "healthcheck": {"test": ["CMD", "python", "-c", CHECK]},
    }
    compose = {"services": {"mate": mate}, "volumes": {"kept": {}}}
    (folder / "compose.yml").write_text(json.dumps(compose))
    committed(top)
    yield folder
    client = docker.from_env()
    for image in client.images.list("weblab-app/shop"):
        client.images.remove(str(image.id), force=True)


def committed(top: Path) -> None:
    git(top, "init", "--quiet")
    git(top, "add", ".")
    git(top, "commit", "--quiet", "--message", "first")


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def nothing_is_left() -> bool:
    containers = docker.from_env().containers.list(all=True, filters={"label": RUN})
    return not containers and not list((ROOT / PLACE).iterdir())


def test_it_answers_as_its_file_says(shop: Path) -> None:
    before = files(shop)
    done = lab(shop.parent, "verify", "--app", shop.name)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "shop: ok" in done.stdout
    assert files(shop) == before
    assert nothing_is_left()


@pytest.fixture(scope="module")
def measured(shop: Path) -> Any:
    before = files(shop)
    done = lab(shop, "run", "--app", ".", "--profile", "smoke")
    return done, files(shop) - before


def test_a_run_writes_nothing_but_its_results(shop: Path, measured: Any) -> None:
    done, new = measured
    assert done.returncode == 0, done.stdout + done.stderr
    assert new == {"lab-results"}
    (folder,) = (shop / "lab-results").glob("*/")
    run = json.loads((folder / "run.json").read_text())
    (trial,) = run["trials"]
    assert trial["outcome"] == "measured"
    assert trial["hold"]["goodput_rps"] > 0
    assert [mate["name"] for mate in trial["companions"]] == ["mate"]
    assert trial["server"]["notes"][0].startswith("its folder is at commit ")
    assert "published in 2019" not in done.stdout
    page = (folder / "report" / "index.html").read_text()
    assert "Shop ☕ 🛒" in page
    assert "lab run --app . --workload items" in page
    assert "service.toml says" not in page
    assert nothing_is_left()


def test_values_of_variables_are_in_no_file_of_a_run(shop: Path, measured: Any) -> None:
    assert measured
    written = [path for path in (shop / "lab-results").rglob("*") if path.is_file()]
    assert len(written) > 10
    assert not [path for path in written if SECRET.encode() in path.read_bytes()]


def test_a_run_can_be_resumed_and_reported_again(shop: Path, measured: Any) -> None:
    assert measured
    (folder,) = (shop / "lab-results").glob("*/")
    done = lab(shop.parent, "run", "--app", shop.name, "--resume", "latest")
    assert done.returncode == 0, done.stderr
    assert f"run {folder.name} is complete" in done.stdout
    done = lab(shop, "report", f"lab-results/{folder.name}")
    assert done.returncode == 0, done.stderr


def test_two_commits_are_compared(tmp_path: Path) -> None:
    """Of an application whose build has a folder of its own; both answer the same."""
    folder = application(tmp_path / "top" / "plain" / "src", PLAIN, WANTED).parent
    text = (folder / "src" / "lab.toml").read_text()
    (folder / "src" / "lab.toml").unlink()
    (folder / "lab.toml").write_text(
        text.replace("[build.args]", '[build]\ncontext = "src"\n[build.args]')
    )
    committed(tmp_path / "top")
    with (folder / "src" / "app.py").open("a") as app:
        app.write("# the second\n")
    git(folder, "commit", "--quiet", "--all", "--message", "second")
    words = ("--base", "rev:HEAD~1", "--head", "here", "--budget", "20s", "--json")
    done = lab(folder, "ab", "--app", ".", *words)
    assert done.returncode in (0, 1), done.stdout + done.stderr  # 1: noise, judged as slower
    told = json.loads(done.stdout)
    assert told["answer"] in ("same", "slower", "faster", "undecided")
    assert told["ratio"] == pytest.approx(1, abs=0.3)
    assert nothing_is_left()


def test_a_wrong_answer_is_told_in_words(tmp_path: Path) -> None:
    application(tmp_path / "wrong", WRONG_ANSWER, WANTED)
    done = lab(tmp_path, "verify", "--app", "wrong")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "GET /price" in done.stdout
    assert "11" in done.stdout


def test_a_wrong_file_is_refused_before_anything_starts(tmp_path: Path) -> None:
    folder = application(tmp_path / "wrong", WRONG_ANSWER, WANTED.replace("200", '"ok"'))
    with (folder / "lab.toml").open("a") as file:
        file.write("[workloads.other]\npath = 'x'\n")
    done = lab(tmp_path, "run", "--app", "wrong")
    assert done.returncode == 2
    assert 'lab.toml:7: [workloads.price] status = "ok"' in done.stderr
    assert "[workloads.other] path = " in done.stderr
    assert not (folder / "lab-results").exists()
