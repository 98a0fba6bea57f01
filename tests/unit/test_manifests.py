"""The files in services/ become types, or everything wrong in them is told."""

from pathlib import Path

import pytest

from orchestrator.adapters.manifests import read_contract, read_manifests
from orchestrator.errors import UsageError
from orchestrator.model.entry import Expectation, Manifest

SERVICES = Path(__file__).parents[2] / "services"
GOOD = """\
name = "Flask"
server = "werkzeug"
interface = "WSGI"
workers = 1
threads = "1"
keep_alive = false
backlog = 128
event_loop = ""
packages = ["flask", "ujson"]
homepage = "https://flask.palletsprojects.com/"
source = "https://github.com/pallets/flask"
notes = []
"""
JSON = 'path = "/json"\nstatus = 200\ncontent_type = "application/json"\nbody = "{}"\n'


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / name).mkdir()
        (folder / name / "service.toml").write_text(text)


def refused(folder: Path) -> list[str]:
    with pytest.raises(UsageError) as error:
        read_manifests(folder)
    return [problem.replace(f"{folder}/", "") for problem in error.value.problems]


def test_the_repositorys_own_services_are_readable() -> None:
    found = read_manifests(SERVICES)
    folders = {path.name for path in SERVICES.iterdir() if path.is_dir() and path.name[0] != "_"}
    assert set(found) == folders
    assert len(found) >= 9
    assert all(name == manifest.id for name, manifest in found.items())


def test_the_repositorys_own_contract_is_that_of_2019() -> None:
    found = read_contract(SERVICES)
    assert {name: (e.path, e.status, len(e.body)) for name, e in found.items()} == {
        "json": ("/json", 200, 117),
        "text": ("/text", 200, 11),
    }


def test_a_manifest(tmp_path: Path) -> None:
    write(tmp_path, flask=GOOD, _template="broken = ")
    assert read_manifests(tmp_path) == {
        "flask": Manifest(
            id="flask",
            name="Flask",
            server="werkzeug",
            interface="WSGI",
            workers=1,
            threads="1",
            keep_alive=False,
            backlog=128,
            event_loop="",
            packages=("flask", "ujson"),
            homepage="https://flask.palletsprojects.com/",
            source="https://github.com/pallets/flask",
            notes=(),
        )
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(GOOD + "colour = 1\nage = 2\n", "unknown key age, colour", id="unknown"),
        pytest.param(GOOD + 'id = "x"\n', "unknown key id", id="what the folder says"),
        pytest.param(
            GOOD.replace("workers = 1", 'workers = "1"'),
            "Expected `int`, got `str` - at `$.workers`",
            id="wrong type",
        ),
        pytest.param(
            GOOD.replace('server = "werkzeug"\n', ""),
            "Object missing required field `server`",
            id="missing",
        ),
        pytest.param("name =", "Invalid value (at end of document)", id="broken TOML"),
    ],
)
def test_a_wrong_manifest_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    write(tmp_path, flask=text)
    assert refused(tmp_path) == [f"flask/service.toml: {problem}"]


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    write(tmp_path, flask="")
    (tmp_path / "flask" / "service.toml").write_bytes(b'name = "\xff"')
    (problem,) = refused(tmp_path)
    assert problem.startswith("flask/service.toml: 'utf-8' codec can't decode")


def test_the_problems_of_all_manifests_are_told_together(tmp_path: Path) -> None:
    write(tmp_path, a="x =", b=GOOD, c=GOOD + "d = 1")
    assert refused(tmp_path) == [
        "a/service.toml: Invalid value (at end of document)",
        "c/service.toml: unknown key d",
    ]


def test_a_folder_without_services_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^no "):
        read_manifests(tmp_path)


def test_a_contract(tmp_path: Path) -> None:
    (tmp_path / "contract.toml").write_text(f"[json]\n{JSON}")
    assert read_contract(tmp_path) == {
        "json": Expectation(
            workload="json", path="/json", status=200, content_type="application/json", body="{}"
        )
    }


def test_the_problems_of_a_contract_are_told_together(tmp_path: Path) -> None:
    path = tmp_path / "contract.toml"
    path.write_text(f"html = 1\n[json]\n{JSON}age = 1\n[text]\nstatus = 200\n")
    with pytest.raises(UsageError) as error:
        read_contract(tmp_path)
    assert error.value.problems == [
        f"{path}: html is no table",
        f"{path}: unknown key age",
        f"{path}: Object missing required field `path`",
    ]


def test_a_missing_contract_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"contract\.toml: No such file or directory$"):
        read_contract(tmp_path)
