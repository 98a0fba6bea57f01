"""Files in services/ become values, or all their problems are reported."""

import json
import os
import re
from pathlib import Path

import pytest

from labwire.exchange import Request, RightAnswer
from labwire.expectation import Expectation
from orchestrator.errors import UsageError
from orchestrator.files.manifests import folders, read_contract, read_manifests, sets
from orchestrator.model.entry import Interface, Manifest, ServiceSet
from tests.conftest import ROOT

SERVICES = ROOT / "services"
GOOD = """\
name = "Flask"
sets = ["2019"]
server = "werkzeug"
interface = "WSGI"
workers = 1
threads = "1"
keep_alive = false
backlog = 128
event_loop = ""
http_parser = "http.server"
packages = ["flask", "ujson"]
deployment = "https://flask.palletsprojects.com/deploy"
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


def test_the_repositorys_own_services_are_valid() -> None:
    found = read_manifests(SERVICES)
    there = {path.name for path in SERVICES.iterdir() if path.is_dir() and path.name[0] != "_"}
    assert {manifest.framework for manifest in found.values()} == there
    assert len(found) >= 9
    assert all(name == manifest.id for name, manifest in found.items())


def test_the_repositorys_own_contract_is_that_of_2019() -> None:
    found = read_contract(SERVICES)
    of_2019 = {"json": ("GET /json", 200, 117), "text": ("GET /text", 200, 11)}
    kept = {
        name: (str(one.request), one.right.status, len(one.right.body))
        for name, one in found.items()
    }
    assert kept | of_2019 == kept


def test_a_manifest_becomes_a_value(tmp_path: Path) -> None:
    write(tmp_path, flask=GOOD, _template="broken = ")
    assert read_manifests(tmp_path) == {
        "flask": Manifest(
            id="flask",
            folder="flask",
            name="Flask",
            sets=(ServiceSet.OF_2019,),
            server="werkzeug",
            interface=Interface.WSGI,
            workers=1,
            threads="1",
            keep_alive=False,
            backlog=128,
            event_loop="",
            http_parser="http.server",
            packages=("flask", "ujson"),
            deployment="https://flask.palletsprojects.com/deploy",
            homepage="https://flask.palletsprojects.com/",
            source="https://github.com/pallets/flask",
            notes=(),
        )
    }


NO_SUCH = (
    "known keys are backlog, deployment, event_loop, homepage, http_parser, interface, keep_alive, "
    "name, not_offered, notes, packages, server, sets, source, threads, unsaid, uses, workers"
)
TITLE = "give one line of 1 to 100 printable characters"
COUNT = "give a whole number from 1 to 1,024"
SETS = "give a list of 2019, production, today, base, orm; each once"
LINK = "give an address that begins with https:// or http://"


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(tmp_path: Path) -> None:
    write(tmp_path, flask="")
    text = "\ufeff" + GOOD.replace("\n", "\r\n")
    (tmp_path / "flask" / "service.toml").write_bytes(text.encode())
    assert read_manifests(tmp_path)["flask"].name == "Flask"


def test_all_problems_of_a_manifest_are_reported_with_their_lines(
    tmp_path: Path,
) -> None:
    wrong = """\
name = ""
server = "a\\u001b[31m"
interface = "wsgi"
workers = -5
threads = 1
keep_alive = 0
backlog = 12345678901234567890123
event_loop = "a\\nb"
packages = ["flask", "../x", 7]
homepage = "javascript:alert(1)"
colour = "red"
id = "x"
notes = []
"""
    write(tmp_path, flask=wrong)
    assert refused(tmp_path) == [
        f'flask/service.toml:12: unknown key "id"; {NO_SUCH}',
        f'flask/service.toml:11: unknown key "colour"; {NO_SUCH}',
        f'flask/service.toml:1: name = "": {TITLE}',
        f"flask/service.toml: no sets: {SETS}",
        f'flask/service.toml:2: server = "a\\u001b[31m": {TITLE}',
        'flask/service.toml:3: interface = "wsgi": give WSGI, ASGI or own',
        f"flask/service.toml:4: workers = -5: {COUNT}",
        f"flask/service.toml:5: threads = 1: {TITLE}",
        "flask/service.toml:6: keep_alive = 0: give true or false",
        "flask/service.toml:7: backlog = 12345678901234567890123: "
        "give a whole number from 1 to 65,535",
        'flask/service.toml:8: event_loop = "a\\nb": '
        'give one line of at most 100 characters, or "" where there is no event loop',
        f"flask/service.toml: no http_parser: {TITLE}",
        'flask/service.toml:9: packages[1] = "../x": '
        "give the name of a distribution: letters, digits, and . _ - between them",
        "flask/service.toml:9: packages[2] = 7: "
        "give the name of a distribution: letters, digits, and . _ - between them",
        f"flask/service.toml: no deployment: {LINK}",
        f'flask/service.toml:10: homepage = "javascript:alert(1)": {LINK}',
        f"flask/service.toml: no source: {LINK}",
    ]


def test_another_way_to_serve_is_a_service_named_after_both_folders(tmp_path: Path) -> None:
    write(tmp_path, flask=GOOD)
    shared = [line for line in GOOD.splitlines() if not line.startswith(("homepage", "source"))]
    way = tmp_path / "flask" / "waitress"
    way.mkdir()
    text = "\n".join(shared).replace('"Flask"', '"Flask on waitress"').replace("2019", "production")
    (way / "service.toml").write_text(text)
    found = read_manifests(tmp_path)
    assert list(found) == ["flask", "flask-waitress"]
    made = found["flask-waitress"]
    assert (made.folder, made.framework) == ("flask/waitress", "flask")
    assert made.homepage == found["flask"].homepage
    assert folders(tmp_path) == {"flask": "flask", "flask-waitress": "flask/waitress"}
    assert sets(tmp_path) == {
        "2019": ("flask",),
        "production": ("flask-waitress",),
        "today": (),
        "base": (),
        "orm": (),
    }


def test_two_folders_cannot_make_services_of_the_same_name(tmp_path: Path) -> None:
    write(tmp_path, flask=GOOD, **{"flask-waitress": GOOD})
    (tmp_path / "flask" / "waitress").mkdir()
    (tmp_path / "flask" / "waitress" / "service.toml").write_text(GOOD)
    assert refused(tmp_path) == [
        "services/flask-waitress and services/flask/waitress: both make the service "
        "flask-waitress; rename one"
    ]


def test_a_faulty_manifest_has_a_name_and_is_in_no_set(tmp_path: Path) -> None:
    write(tmp_path, flask="sets = [", sanic='sets = "today"', tornado="sets = [1]")
    assert list(folders(tmp_path)) == ["flask", "sanic", "tornado"]
    assert not any(sets(tmp_path).values())


def toml(value: object) -> str:
    return json.dumps(value).replace("Infinity", "inf").replace("NaN", "nan")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "x" * 101),
        ("name", "\u202eevil"),
        ("name", "a\uffffb"),
        ("sets", ["2019", "2019"]),
        ("sets", ["1999"]),
        ("sets", "today"),
        ("server", "x" * 300_000),
        ("workers", True),
        ("workers", 1025),
        ("workers", 1.5),
        ("workers", float("inf")),
        ("backlog", float("nan")),
        ("backlog", 0),
        ("event_loop", "x" * 101),
        ("packages", []),
        ("packages", ["x"] * 31),
        ("homepage", "https://"),
        ("homepage", "https://a b"),
        ("source", "none"),
        ("notes", ["x" * 1001]),
        ("notes", [""]),
        ("notes", ["x"] * 31),
        ("notes", "one"),
    ],
)
def test_a_value_beyond_its_bounds_is_refused(tmp_path: Path, key: str, value: object) -> None:
    lines = [line for line in GOOD.splitlines() if not line.startswith(f"{key} =")]
    write(tmp_path, flask="\n".join([*lines, f"{key} = {toml(value)}"]))
    (problem,) = refused(tmp_path)
    assert re.match(rf"flask/service\.toml:15: {key}(\[0\])? = ", problem)
    assert len(problem) < 250


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("name =", "Invalid value (at end of document)", id="broken TOML"),
        pytest.param(
            f"a = {'[' * 3000}{']' * 3000}",
            "its lists and tables are nested too deeply",
            id="nested",
        ),
        pytest.param("#" * 4_194_305, "it has more than 4 MiB", id="large"),
        pytest.param(f"workers = {'9' * 5000}", None, id="a number of 5,000 digits"),
        pytest.param(f"workers = 0x{'f' * 5000}", None, id="as many in base 16"),
    ],
)
def test_a_file_that_is_not_a_manifest_is_refused(
    tmp_path: Path, text: str, problem: str | None
) -> None:
    write(tmp_path, flask=text)
    told = refused(tmp_path)
    assert all(line.startswith("flask/service.toml") for line in told)
    assert problem is None or told == [f"flask/service.toml: {problem}"]


def test_a_manifest_that_is_not_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "flask").mkdir()
    os.mkfifo(tmp_path / "flask" / "service.toml")  # reading from a pipe would wait for ever
    assert refused(tmp_path) == ["flask/service.toml: it is not a file"]


def test_a_folder_with_an_invalid_name_is_refused(tmp_path: Path) -> None:
    write(tmp_path, **{"Flask 2": GOOD})
    assert refused(tmp_path) == [
        'Flask 2/service.toml: id = "Flask 2": '
        "give lower-case letters, digits and hyphens, a letter first"
    ]


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path, flask="")
    (tmp_path / "flask" / "service.toml").write_bytes(b'name = "\xff"')
    (problem,) = refused(tmp_path)
    assert problem.startswith("flask/service.toml: 'utf-8' codec can't decode")


def test_the_problems_of_all_manifests_are_reported_together(tmp_path: Path) -> None:
    write(tmp_path, a="x =", b=GOOD, c=GOOD + "d = 1")
    assert refused(tmp_path) == [
        "a/service.toml: Invalid value (at end of document)",
        f'c/service.toml:16: unknown key "d"; {NO_SUCH}',
    ]


def test_a_folder_without_services_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^no "):
        read_manifests(tmp_path)


def test_a_contract_becomes_values(tmp_path: Path) -> None:
    (tmp_path / "contract.toml").write_text(f"[json]\n{JSON}")
    assert read_contract(tmp_path) == {
        "json": Expectation(
            workload="json",
            request=Request(path="/json"),
            right=RightAnswer(status=200, content_type=b"application/json", body=b"{}"),
        )
    }


def contract_refused(folder: Path, text: str) -> list[str]:
    (folder / "contract.toml").write_text(text)
    with pytest.raises(UsageError) as error:
        read_contract(folder)
    return [problem.replace(f"{folder}/", "") for problem in error.value.problems]


def test_all_problems_of_a_contract_are_reported_together(tmp_path: Path) -> None:
    text = f"html = 1\n[json]\n{JSON}age = 1\n[text]\nstatus = 99\ncontent_type = ' x'\n"
    assert contract_refused(tmp_path, text + "path = 'text'\n") == [
        "contract.toml: html is not a table",
        'contract.toml:7: [json] unknown key "age"; '
        "known keys are about, any_body, body, content_type, dealt, headers, items, json, method, "
        "needs, on_request, only, path, pattern, request_body, request_json, sha256, size, status, "
        "values, weight",
        'contract.toml:11: [text] path = "text": '
        "give a path that begins with / and contains only URL characters",
        "contract.toml:9: [text] status = 99: give a status from 200 to 599, or a list of them",
        'contract.toml:10: [text] content_type = " x": '
        "give the beginning of a Content-Type header, such as text/plain",
        "contract.toml: [text] no body: say how an answer is judged by one of body, json, pattern, "
        "sha256, any_body",
    ]


def test_an_empty_contract_is_refused(tmp_path: Path) -> None:
    assert contract_refused(tmp_path, "") == [
        "contract.toml: it has no workload; add a table such as [json]"
    ]


@pytest.mark.parametrize("name", ["../x", "JSON", "a b", ""])
def test_a_workload_with_an_invalid_name_is_refused(tmp_path: Path, name: str) -> None:
    (problem,) = contract_refused(tmp_path, f'["{name}"]\n{JSON}')
    assert problem.endswith("give lower-case letters, digits and hyphens, a letter first")


def test_a_workload_can_only_be_of_a_set_that_there_is(tmp_path: Path) -> None:
    text = f'[a]\nonly = "orms"\non_request = true\n{JSON}'
    assert contract_refused(tmp_path, text) == [
        "contract.toml: [a] only = 'orms': no set has this name; give one of 2019, production, "
        "today, base, orm"
    ]


def test_a_missing_contract_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"contract\.toml: No such file or directory$"):
        read_contract(tmp_path)
