"""``lab perks --refresh`` with a real HTTP server in place of the public APIs."""

from __future__ import annotations

import json
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from orchestrator.adapters.http_json import MOST_BYTES
from orchestrator.adapters.perks import index_facts, stars
from orchestrator.adapters.pip_index import default_index
from orchestrator.app.asked import on_github
from orchestrator.app.catalogue import catalogue
from orchestrator.cli import main
from orchestrator.errors import EnvironmentMissing
from orchestrator.files.checkout import ROOT
from orchestrator.files.lock_file import pinned_version
from orchestrator.files.published import read_today
from orchestrator.model.entry import ServiceSet
from orchestrator.model.published import PerksToday
from orchestrator.world.apis import Api, ApiFailed

SERVICES = [
    name
    for name, one in catalogue(ROOT).manifests.items()
    if one.folder == one.framework and {ServiceSet.BASE, ServiceSet.ORM}.isdisjoint(one.sets)
]
TODAY = f"{datetime.now(UTC):%Y-%m-%d}"


@dataclass
class Answer:
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    after_s: float = 0.0


@dataclass
class FakeApis:
    """Answers by path. A list of answers is used one by one, and the last one repeats."""

    url: str
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def paths(self, start: str) -> list[str]:
        return [path for path, _ in self.asked if path.startswith(start)]


@pytest.fixture
def apis() -> Iterator[FakeApis]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            fake.asked.append((self.path, dict(self.headers)))
            waiting = fake.answers.get(self.path, [Answer(status=404, body=b"{}")])
            answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            time.sleep(answer.after_s)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Ignore clients that gave up waiting, since tests provoke this."""

    with Quiet(("127.0.0.1", 0), Handler) as httpd:
        fake = FakeApis(url=f"http://127.0.0.1:{httpd.server_port}")
        Thread(target=httpd.serve_forever, args=(0.01,), daemon=True).start()
        yield fake
        httpd.shutdown()


@pytest.fixture
def results(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "results" / "published", tmp_path / "published")
    (tmp_path / "published" / "today.json").unlink()
    return tmp_path


@pytest.fixture(autouse=True)
def _no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)


def body(value: object) -> list[Answer]:
    return [Answer(body=json.dumps(value).encode())]


def project(version: str, *users: str, date: str = "2026-02-19") -> dict[str, Any]:
    """A package index's answer, with more fields than the lab reads."""
    files = [
        {"upload_time_iso_8601": f"{date}T12:00:01.5Z", "filename": "late"},
        {"upload_time_iso_8601": f"{date}T11:59:00.5Z", "filename": "early"},
    ]
    return {
        "info": {"version": "99"},
        "releases": {"0.1": [], version: files},
        "ownership": {
            "organization": None,
            "roles": [{"role": "Owner", "user": user} for user in users],
        },
    }


def repository_of(service: str) -> str:
    place = on_github(catalogue(ROOT).manifests[service].source)
    assert place is not None
    return f"/repos/{place[0]}/{place[1]}"


def package_of(service: str) -> str:
    return f"/pypi/{catalogue(ROOT).manifests[service].packages[0]}/json"


def version_of(service: str) -> str:
    lock = ROOT / "services" / service / "requirements.txt"
    python = "3.7" if service == "japronto" else "3.13"
    version = pinned_version(lock, catalogue(ROOT).manifests[service].packages[0], python)
    assert version is not None
    return version


def all_well(apis: FakeApis) -> None:
    for number, service in enumerate(SERVICES):
        apis.answers[repository_of(service)] = body({"stargazers_count": 1_000 + number, "id": 1})
        facts = project(version_of(service), "ann", "bob", "ann")
        apis.answers[package_of(service)] = body(facts)


def refresh(results: Path, github: str, index: str, *more: str) -> int:
    words = ["perks", "--refresh", "--github", github, "--index", index]
    return main([*words, "--results", str(results), *more])


def today(results: Path) -> dict[str, PerksToday]:
    return {one.service: one for one in read_today(results / "published")}


def test_each_api_is_asked_once_about_each_service_and_dated(apis: FakeApis, results: Path) -> None:
    all_well(apis)
    assert refresh(results, apis.url, apis.url + "/") == 0
    assert sorted(path for path, _ in apis.asked) == sorted(
        [*map(repository_of, SERVICES), *map(package_of, SERVICES)]
    )
    assert today(results)["aiohttp"] == PerksToday(
        service="aiohttp",
        version=version_of("aiohttp"),
        released="2026-02-19",
        stars=1_000,
        maintainers=2,
        stars_fetched_at=TODAY,
        index_fetched_at=TODAY,
    )
    assert all(headers["User-Agent"].startswith("weblab/") for _, headers in apis.asked)
    assert not any("Authorization" in headers for _, headers in apis.asked)


def test_the_same_facts_give_the_same_bytes(apis: FakeApis, results: Path) -> None:
    all_well(apis)
    path = results / "published" / "today.json"
    assert refresh(results, apis.url, apis.url) == 0
    first = path.read_bytes()
    assert refresh(results, apis.url, apis.url) == 0
    assert path.read_bytes() == first
    assert [one["service"] for one in json.loads(first)] == sorted(SERVICES)


def test_the_token_is_sent_only_to_github(
    apis: FakeApis, results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "example")
    all_well(apis)
    assert refresh(results, apis.url, apis.url) == 0
    for path, headers in apis.asked:
        assert headers.get("Authorization") == (
            "Bearer example" if path.startswith("/repos/") else None
        )


def test_a_failed_request_is_reported_and_keeps_the_older_value(
    apis: FakeApis, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    all_well(apis)
    assert refresh(results, apis.url, apis.url) == 0
    before = today(results)
    capsys.readouterr()
    limited = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1772366400"}
    apis.answers |= {
        repository_of("flask"): [Answer(status=404, body=b"{}")],
        repository_of("sanic"): [Answer(status=403, body=b"{}", headers=limited)],
        repository_of("django"): body({"stargazers_count": "many"}),
        repository_of("bottle"): body({"stargazers_count": 5}),
        package_of("pyramid"): [Answer(body=b"<html>not JSON")],
        package_of("tornado"): body(project("0.0.1", "ann")),
    }
    assert refresh(results, apis.url, apis.url) == 1
    after = today(results)
    lines = capsys.readouterr().err.splitlines()
    assert lines[1:3] == [
        "lab: flask: GitHub answered 404 Not Found",
        "lab: sanic: GitHub accepts no more requests from here until 12:00 UTC (rate limit); "
        "set GITHUB_TOKEN, or wait",
    ]
    assert lines[0].startswith("lab: django: GitHub gave an answer of unexpected content (")
    assert lines[3].startswith("lab: pyramid: package index gave an answer of unexpected content")
    version = version_of("tornado")
    assert lines[4:] == [f"lab: tornado: package index has no files of tornado {version}"]
    assert after["bottle"].stars == 5
    for service in ("flask", "sanic", "django", "pyramid", "tornado"):
        assert after[service] == before[service]


def test_an_older_value_keeps_its_older_date(apis: FakeApis, results: Path) -> None:
    all_well(apis)
    assert refresh(results, apis.url, apis.url) == 0
    path = results / "published" / "today.json"
    path.write_text(path.read_text().replace(TODAY, "2020-01-01"))
    apis.answers[repository_of("flask")] = [Answer(status=404)]
    assert refresh(results, apis.url, apis.url) == 1
    flask = today(results)["flask"]
    assert (flask.stars_fetched_at, flask.index_fetched_at) == ("2020-01-01", TODAY)


def test_an_unreachable_api_is_not_asked_again_after_two_services(
    apis: FakeApis, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    all_well(apis)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening, so connections are refused
        dead = f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert refresh(results, dead, apis.url) == 1
        lines = capsys.readouterr().err.splitlines()
        assert refresh(results, dead, dead) == 3
    assert lines[:3] == [
        f"lab: {SERVICES[0]}: GitHub could not be reached (connection refused)",
        f"lab: {SERVICES[1]}: GitHub could not be reached (connection refused)",
        f"lab: {SERVICES[2]}: GitHub not asked: it cannot be reached",
    ]
    assert len(lines) == len(SERVICES)
    flask = today(results)["flask"]
    assert (flask.stars, flask.stars_fetched_at, flask.maintainers) == (None, None, 2)


def test_if_no_api_can_be_reached_no_file_is_written(results: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{taken.getsockname()[1]}"
        assert refresh(results, dead, dead) == 3
    assert not (results / "published" / "today.json").exists()


def test_a_late_answer_fails_after_a_second_try(apis: FakeApis) -> None:
    apis.answers["/repos/a/b"] = [Answer(body=b'{"stargazers_count": 1}', after_s=1.0)]
    api = Api(name="GitHub", base=apis.url, timeout_s=(1.0, 0.1))
    with pytest.raises(ApiFailed, match=r"^could not be reached \(no answer in time\)$") as error:
        stars(api, "a", "b")
    assert not error.value.reached
    assert len(apis.paths("/repos/")) == 2


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"[" * 100_000, "gave an answer of unexpected content"),
        (b'{"stargazers_count": "\xff"}', "gave an answer of unexpected content"),
        (b'{"stargazers_count": -1}', "gave an answer of unexpected content"),
        (b'{"stargazers_count": 1' + b"0" * 5_000 + b"}", "gave an answer of unexpected content"),
        (b" " * (MOST_BYTES + 1), "answered with more than 64 MiB"),
    ],
    ids=["deep", "no UTF-8", "negative", "huge number", "long"],
)
def test_every_wrong_answer_of_an_api_gives_a_reason(
    apis: FakeApis, answer: bytes, said: str
) -> None:
    apis.answers["/repos/a/b"] = [Answer(body=answer)]
    with pytest.raises(ApiFailed, match=said) as failed:
        stars(Api(name="x", base=apis.url), "a", "b")
    assert failed.value.reached
    assert len(str(failed.value)) < 300


def test_an_answer_that_takes_too_long_is_cut_off(apis: FakeApis) -> None:
    apis.answers["/repos/a/b"] = [Answer(body=b" " * 2_000_000 + b'{"stargazers_count": 1}')]
    with pytest.raises(ApiFailed, match="no answer in time"):
        stars(Api(name="x", base=apis.url, whole_s=-1.0), "a", "b")


def test_a_rate_limit_with_an_invalid_end_is_still_a_rate_limit(apis: FakeApis) -> None:
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9" * 400}
    apis.answers["/repos/a/b"] = [Answer(status=403, headers=headers)]
    with pytest.raises(ApiFailed, match=r"from here \(rate limit\); set GITHUB_TOKEN"):
        stars(Api(name="x", base=apis.url), "a", "b")


def test_a_release_without_a_date_is_refused(apis: FakeApis) -> None:
    apis.answers["/pypi/a/json"] = body(project("1.0", date="\x1b[2J"))
    with pytest.raises(ApiFailed, match="gave an answer of unexpected content"):
        index_facts(Api(name="x", base=apis.url), "a", "1.0")


def test_after_a_server_error_the_api_is_asked_once_more(apis: FakeApis) -> None:
    good = Answer(body=b'{"stargazers_count": 7}')
    apis.answers["/repos/a/b"] = [Answer(status=502), good]
    assert stars(Api(name="GitHub", base=apis.url), "a", "b") == 7
    apis.answers["/repos/a/c"] = [Answer(status=502)]
    with pytest.raises(ApiFailed, match="answered 502 Bad Gateway"):
        stars(Api(name="GitHub", base=apis.url), "a", "c")
    assert len(apis.paths("/repos/a/c")) == 2


def test_a_forbidden_request_is_not_asked_again(apis: FakeApis) -> None:
    apis.answers["/repos/a/b"] = [Answer(status=403)]
    with pytest.raises(ApiFailed, match="answered 403 Forbidden"):
        stars(Api(name="GitHub", base=apis.url), "a", "b")
    assert len(apis.asked) == 1


@pytest.mark.parametrize(
    "ownership",
    [{"organization": "example", "roles": []}, {"roles": None}, None, "absent"],
)
def test_with_an_index_without_accounts_the_maintainers_are_unknown(
    apis: FakeApis, ownership: object
) -> None:
    facts = project("1.0")
    facts["ownership"] = ownership
    if ownership == "absent":
        del facts["ownership"]
    apis.answers["/pypi/flask/json"] = body(facts)
    found = index_facts(Api(name="package index", base=apis.url), "flask", "1.0")
    assert (found.maintainers, found.released) == (None, "2026-02-19")


def test_stdout_has_only_json_for_programs(
    apis: FakeApis, results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    all_well(apis)
    apis.answers[repository_of("flask")] = [Answer(status=404)]
    assert refresh(results, apis.url, apis.url, "--json") == 1
    rows = {row["framework"]: row for row in json.loads(capsys.readouterr().out)["rows"]}
    assert rows["Flask"]["stars_published"] == 42_478
    assert rows["Flask"]["stars"] is None
    assert rows["Django+Gunicorn"]["stars_published"] is None


def test_without_refresh_no_api_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["perks"]) == 0
    assert "Django+Gunicorn" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("configured", "base"),
    [
        ("http://127.0.0.1:9/simple/", "http://127.0.0.1:9"),
        ("http://127.0.0.1:9/root/simple", "http://127.0.0.1:9/root"),
        ("http://someone:secret@127.0.0.1:9/root/", "http://127.0.0.1:9/root"),
    ],
)
def test_the_index_is_the_one_that_pip_uses(
    monkeypatch: pytest.MonkeyPatch, configured: str, base: str
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", configured)
    assert default_index() == base


def test_the_index_in_pips_configuration_file_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    (tmp_path / "pip.conf").write_text("[global]\nindex-url = http://127.0.0.1:9/simple\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    assert default_index() == "http://127.0.0.1:9"


def test_if_pip_does_not_show_its_index_there_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(EnvironmentMissing, match="give --index URL"):
        default_index()


def test_a_pinned_version_is_found_with_any_spelling_of_the_name(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text(
        "# via Flask_Thing==9\n"
        "typing-extensions==4.1 ; python_version < '3.15' \\\n    --hash=sha256:00\n"
        "uvicorn[standard]==0.54.0 \\\n"
    )
    assert pinned_version(lock, "Typing_Extensions", "3.13") == "4.1"
    assert pinned_version(lock, "uvicorn", None) == "0.54.0"
    assert pinned_version(lock, "flask-thing", None) is None


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("https://github.com/pallets/flask", ("pallets", "flask")),
        ("https://github.com/a/b.py.git", ("a", "b.py")),
        ("https://github.com/a/b/", ("a", "b")),
        ("https://example.org/a/b", None),
        ("https://github.com/a", None),
    ],
)
def test_only_sources_on_github_have_stars(source: str, place: tuple[str, str] | None) -> None:
    assert on_github(source) == place


def test_every_services_source_is_known() -> None:
    known = catalogue(ROOT).manifests
    assert [name for name, manifest in known.items() if on_github(manifest.source) is None] == []
