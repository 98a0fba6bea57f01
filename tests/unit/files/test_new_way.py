"""A new way to serve is a copy of the framework's own way and a block in the compose file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from orchestrator.errors import UsageError
from orchestrator.files.manifests import read_manifests
from orchestrator.files.new_way import new_way, of_many_ways
from orchestrator.files.template import MARK
from tests.conftest import ROOT

SERVICES = ROOT / "services"
START = (SERVICES / "flask" / "serve.sh").read_text()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Flask, which has several ways already, aiohttp, which has one, and Japronto on Python 3.7."""
    for name in ("flask", "aiohttp", "japronto"):
        folder = tmp_path / "services" / name
        folder.mkdir(parents=True)
        for path in (SERVICES / name).iterdir():
            if path.is_file():
                shutil.copy(path, folder)
    shutil.copy(ROOT / "docker-compose.yml", tmp_path)
    return tmp_path


def content(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): path.read_text() if path.is_file() else ""
        for path in root.rglob("*")
    }


def test_a_way_is_a_folder_of_four_files_with_the_frameworks_lock_and_start(root: Path) -> None:
    folder = new_way(root, "flask", "cheroot")
    own = root / "services" / "flask"
    assert folder == own / "cheroot"
    assert sorted(path.name for path in folder.iterdir()) == [
        "requirements.in", "requirements.txt", "serve.sh", "service.toml",
    ]  # fmt: skip
    for name in ("requirements.in", "requirements.txt", "serve.sh"):
        assert (folder / name).read_text() == (own / name).read_text()


def test_it_has_the_facts_of_the_frameworks_own_way_and_is_in_no_set(root: Path) -> None:
    new_way(root, "flask", "cheroot")
    known = read_manifests(root / "services")
    own, made = known["flask"], known["flask-cheroot"]
    assert (made.name, made.sets, made.framework) == ("Flask+Cheroot", (), "flask")
    assert (made.server, made.backlog, made.packages) == (own.server, own.backlog, own.packages)
    assert (made.homepage, made.source) == (own.homepage, own.source)
    text = (root / "services/flask/cheroot/service.toml").read_text()
    assert "homepage" not in text


def test_its_block_builds_the_frameworks_folder_with_the_way(root: Path) -> None:
    new_way(root, "flask", "cheroot")
    block = """\
  flask-cheroot:
    <<: *server
    image: weblab/flask-cheroot:${LAB_TAG:-local}
    build: { context: services/flask, args: { BASE: *python, WORK: *work, WAY: cheroot } }
    profiles: [beyond-2019]

"""
    assert block + MARK in (root / "docker-compose.yml").read_text()


def test_its_block_has_the_base_image_of_the_framework(root: Path) -> None:
    new_way(root, "japronto", "x")
    blocks = yaml.safe_load((root / "docker-compose.yml").read_text())["services"]
    own, made = blocks["japronto"], blocks["japronto-x"]
    assert "3.7" in made["build"]["args"]["BASE"]
    assert made["build"] == {
        "context": "services/japronto",
        "args": {**own["build"]["args"], "WAY": "x"},
    }


def test_its_block_waits_for_the_companions_of_the_framework(root: Path) -> None:
    compose = root / "docker-compose.yml"
    own = "context: services/aiohttp, args: { BASE: *python, WORK: *work } }\n"
    needs = """\
    depends_on:
      # the database
      store: { condition: service_healthy }
"""
    compose.write_text(compose.read_text().replace(own, own + needs))
    new_way(root, "aiohttp", "gunicorn")
    blocks = yaml.safe_load(compose.read_text())["services"]
    made = blocks["aiohttp-gunicorn"]
    assert made["depends_on"] == {"store": {"condition": "service_healthy"}}
    assert made["image"] == "weblab/aiohttp-gunicorn:${LAB_TAG:-local}"
    assert (made["profiles"], made["build"]["args"]["WAY"]) == (["beyond-2019"], "gunicorn")
    assert "profiles" not in blocks["aiohttp"]


def test_a_block_that_is_made_otherwise_is_left_to_its_author(root: Path) -> None:
    compose = root / "docker-compose.yml"
    compose.write_text(
        compose.read_text().replace("image: weblab/aiohttp:", "image: mine/aiohttp:")
    )
    before = content(root)
    with pytest.raises(UsageError, match="the block of aiohttp is not made like the others"):
        new_way(root, "aiohttp", "gunicorn")
    assert content(root) == before


@pytest.mark.parametrize("failing", ["Dockerfile", "serve.sh", "docker-compose.yml"])
def test_a_file_that_cannot_be_written_leaves_everything_as_it_was(
    root: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    before, write = content(root), Path.write_text

    def full(path: Path, text: str) -> int:
        if path.name == failing and path.parent.name != "gunicorn":
            path.write_bytes(b"")  # as after the opening for writing
            raise OSError("no space left on device")
        return write(path, text)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="no space left"):
        new_way(root, "aiohttp", "gunicorn")
    assert content(root) == before


def test_a_framework_with_several_ways_stays_as_it_is(root: Path) -> None:
    before = content(root)
    new_way(root, "flask", "cheroot")
    after = content(root)
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {"docker-compose.yml"}


def test_a_framework_with_one_way_gets_the_dockerfile_of_several(root: Path) -> None:
    new_way(root, "aiohttp", "gunicorn")
    folder = root / "services" / "aiohttp"
    assert (folder / "Dockerfile").read_text() == (SERVICES / "flask" / "Dockerfile").read_text()
    assert (folder / "serve.sh").read_text() == START
    assert (folder / "gunicorn" / "serve.sh").read_text() == START


def test_the_words_of_a_start_are_quoted_for_the_shell() -> None:
    text = (SERVICES / "aiohttp" / "Dockerfile").read_text()
    many, start = of_many_ways(text.replace('"app.py"', '"app.py", "a b"'))
    assert start == START.replace("app.py", "app.py 'a b'")
    assert many == (SERVICES / "flask" / "Dockerfile").read_text()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("COPY app.py .", "COPY app.py more.py ./"),
        ("COPY requirements.txt .", "COPY requirements.txt /tmp"),
        ('CMD ["python", "app.py"]', "CMD python app.py"),
    ],
)
def test_a_dockerfile_that_is_made_otherwise_is_left_to_its_author(
    root: Path, old: str, new: str
) -> None:
    dockerfile = root / "services" / "aiohttp" / "Dockerfile"
    dockerfile.write_text(dockerfile.read_text().replace(old, new))
    before = content(root)
    with pytest.raises(UsageError, match="build it for several ways yourself"):
        new_way(root, "aiohttp", "gunicorn")
    assert content(root) == before


@pytest.mark.parametrize(
    ("framework", "way", "problem"),
    [
        ("django", "gunicorn", "no services/django/service.toml: add the framework first"),
        ("_template", "gunicorn", "no services/_template/service.toml"),
        ("flask", "Cheroot", "'Cheroot': a service's name is lower-case letters"),
        ("flask", "../x", "'../x': a service's name is lower-case letters"),
        ("flask", "", "'': a service's name is lower-case letters"),
        ("flask", "w" * 63, "a service's name is lower-case letters"),
        ("flask", "there", "flask-there: already there in services/"),
        ("flask", "beside", "flask-beside: already there in services/"),
        ("flask", "block", "flask-block: already there in docker-compose.yml"),
    ],
)
def test_what_does_not_fit_changes_nothing(
    root: Path, framework: str, way: str, problem: str
) -> None:
    (root / "services" / "flask" / "there").mkdir()
    (root / "services" / "flask-beside").mkdir()
    compose = root / "docker-compose.yml"
    compose.write_text(compose.read_text().replace(MARK, f"  flask-block:\n    image: x\n\n{MARK}"))
    before = content(root)
    with pytest.raises(UsageError) as refused:
        new_way(root, framework, way)
    assert problem in refused.value.problems[0]
    assert content(root) == before
