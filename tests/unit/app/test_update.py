"""`lab update` raises what it can, keeps what it cannot, and verifies what it raised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from orchestrator.app import update as updating
from orchestrator.app.update import update
from orchestrator.app.updated import Update
from orchestrator.cli.update import exit_code
from orchestrator.composition import real_world
from orchestrator.errors import EnvironmentMissing, UsageError
from orchestrator.world.resolver import NotResolved
from tests.conftest import ROOT
from tests.fakes import JournalProgress

COMMAND = "uv pip compile --generate-hashes --python-version {} requirements.in -o requirements.txt"
WORK_COMMAND = COMMAND.format("3.13").replace(
    "requirements.in", "--constraints ../requirements.txt requirements.in"
)


class FakeResolver:
    """Raises versions as it was told; keeps the commands that it got."""

    def __init__(self, newest: Mapping[str, Mapping[str, str] | Exception]) -> None:
        self._newest = newest
        self.commands: dict[str, str] = {}
        self.above: dict[str, str | None] = {}

    def newest(self, folder: Path, command: str, above: str | None = None) -> str:
        name = folder.as_posix().rpartition("/services/")[2].replace("/", "-")
        self.commands[name] = command
        self.above[name] = above
        known = self._newest.get(name, {})
        if isinstance(known, Exception):
            raise known
        text = (folder / "requirements.txt").read_text()
        for before, after in known.items():
            text = text.replace(before, after)
        return text


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Flask in two ways with workloads on request, and Japronto, for another Python."""
    services = tmp_path / "services"
    for folder, own, python in (
        ("flask", "flask==3.1.2", "3.13"),
        ("flask/waitress", "flask==3.1.2", "3.13"),
        ("japronto", "japronto==0.1.2", "3.7"),
    ):
        made = services / folder
        made.mkdir(parents=True)
        text = f"# by uv\n#    {COMMAND.format(python)}\n{own} \\\nujson==6.1.0 \\\n"
        (made / "requirements.txt").write_text(text)
        manifest = (ROOT / "services" / folder.partition("/")[0] / "service.toml").read_text()
        (made / "service.toml").write_text(manifest)
    work = services / "flask" / "work"
    work.mkdir()
    (work / "requirements.in").write_text("psycopg\n")
    (work / "requirements.txt").write_text(f"# by uv\n#    {WORK_COMMAND}\npsycopg==3.3.8 \\\n")
    (services / "contract.toml").write_text((ROOT / "services/contract.toml").read_text())
    template = services / "_template"
    template.mkdir()
    (template / "requirements.txt").write_text(f"# by uv\n#    {COMMAND.format('3.13')}\n")
    return tmp_path


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The services that were verified, `/rows` with workloads on request; flask breaks these."""
    asked: list[str] = []

    def verify(
        _: object, services: Sequence[str], workloads: Sequence[str] = ()
    ) -> dict[str, tuple[str, ...]]:
        on_request = "rows" in workloads
        asked.extend(f"{name}/rows" if on_request else name for name in services)
        wrong = "rows: status 500" if on_request else "status 500"
        return {name: (wrong,) if name == "flask" else () for name in services}

    monkeypatch.setattr(updating, "verify", verify)
    return asked


def raised(
    checkout: Path, resolver: FakeResolver, services: Sequence[str] = (), *, write: bool = True
) -> Update:
    out: Any = JournalProgress([])
    world = replace(real_world(checkout), resolver=resolver, out=out)
    return update(world, services, write=write, verified=True)


def lock(checkout: Path, folder: str) -> str:
    return (checkout / "services" / folder / "requirements.txt").read_text()


NEW = {"flask==3.1.2": "flask==3.1.3"}
NEW_WORK = {"psycopg==3.3.8": "psycopg==3.3.9"}


def test_a_raised_lock_is_written_and_verified_and_others_are_left_alone(
    checkout: Path, verified: list[str]
) -> None:
    before = lock(checkout, "japronto")
    done = raised(checkout, FakeResolver({"flask": NEW, "flask-waitress": NEW}))
    assert "flask==3.1.3" in lock(checkout, "flask")
    assert "flask==3.1.3" in lock(checkout, "flask/waitress")
    assert lock(checkout, "japronto") == before
    assert verified == ["flask", "flask-waitress", "flask/rows", "flask-waitress/rows"]
    assert {one.name: (one.text, one.contract) for one in done.locks} == {
        "flask": ("flask 3.1.2 -> 3.1.3", ("status 500", "rows: status 500")),
        "flask/work": ("up to date", None),
        "flask-waitress": ("flask 3.1.2 -> 3.1.3", ()),
        "japronto": ("up to date", None),
        "_template": ("up to date", None),
    }


def test_new_files_of_the_same_releases_reach_the_lock_and_are_verified(
    checkout: Path, verified: list[str]
) -> None:
    more = {"ujson==6.1.0 \\": "ujson==6.1.0 \\\n    --hash=sha256:0a"}
    done = raised(checkout, FakeResolver({"japronto": more}))
    assert "--hash=sha256:0a" in lock(checkout, "japronto")
    assert verified == ["japronto", "japronto/rows"]
    assert done.raised == ()
    assert [one.text for one in done.newer] == ["more files of the same releases"]


def test_a_file_that_is_gone_is_no_reason_to_write(checkout: Path, verified: list[str]) -> None:
    path = checkout / "services/japronto/requirements.txt"
    path.write_text(path.read_text() + "    --hash=sha256:0a\n")
    before = lock(checkout, "japronto")
    done = raised(checkout, FakeResolver({"japronto": {"    --hash=sha256:0a\n": ""}}))
    assert lock(checkout, "japronto") == before
    assert (done.newer, verified) == ((), [])


def test_a_check_tells_new_files_too(checkout: Path, verified: list[str]) -> None:
    more = {"ujson==6.1.0 \\": "ujson==6.1.0 \\\n    --hash=sha256:0a"}
    done = raised(checkout, FakeResolver({"japronto": more}), write=False)
    assert "--hash" not in lock(checkout, "japronto")
    assert exit_code(done) == 1


def test_each_lock_is_made_by_the_command_in_its_head(checkout: Path, verified: list[str]) -> None:
    resolver = FakeResolver({})
    raised(checkout, resolver)
    assert resolver.commands["flask"] == COMMAND.format("3.13")
    assert resolver.commands["japronto"] == COMMAND.format("3.7")


def test_a_conflict_in_one_service_keeps_its_lock_and_stops_no_other(
    checkout: Path, verified: list[str]
) -> None:
    conflict = NotResolved("flask 3.1.3 needs click>=9, but waitress forbids it")
    done = raised(checkout, FakeResolver({"flask": NEW, "flask-waitress": conflict}))
    assert "flask==3.1.3" in lock(checkout, "flask")
    assert "flask==3.1.2" in lock(checkout, "flask/waitress")
    assert done.locks[2].text == f"not raised: {conflict}"
    assert done.out_of_step == ("flask: 3.1.3 in flask, 3.1.2 in flask-waitress",)
    assert not done.all_well


def test_the_services_of_one_framework_are_raised_together(
    checkout: Path, verified: list[str]
) -> None:
    done = raised(checkout, FakeResolver({}), ["flask-waitress"])
    assert [one.name for one in done.locks] == ["flask", "flask/work", "flask-waitress"]


def test_the_lock_of_workloads_on_request_takes_the_new_versions_of_its_framework(
    checkout: Path, verified: list[str]
) -> None:
    resolver = FakeResolver({"flask": NEW, "flask-waitress": NEW, "flask-work": NEW_WORK})
    done = raised(checkout, resolver)
    assert resolver.commands["flask-work"] == WORK_COMMAND
    assert "flask==3.1.3" in (resolver.above["flask-work"] or "")
    assert "psycopg==3.3.9" in lock(checkout, "flask/work")
    assert verified == ["flask", "flask-waitress", "flask/rows", "flask-waitress/rows"]
    assert [(one.name, one.contract) for one in done.newer] == [
        ("flask", ("status 500",)),
        ("flask/work", ("flask: rows: status 500",)),
        ("flask-waitress", ()),
    ]


def test_a_raised_lock_of_workloads_on_request_alone_verifies_all_ways_with_these(
    checkout: Path, verified: list[str]
) -> None:
    resolver = FakeResolver({"flask-work": NEW_WORK})
    done = raised(checkout, resolver, ["flask-waitress"])
    assert resolver.above["flask-work"] is None
    assert verified == ["flask/rows", "flask-waitress/rows"]
    assert [(one.name, one.text) for one in done.newer] == [
        ("flask/work", "psycopg 3.3.8 -> 3.3.9")
    ]


def test_workloads_on_request_that_replace_a_package_of_the_service_are_told(
    checkout: Path, verified: list[str]
) -> None:
    path = checkout / "services/flask/work/requirements.txt"
    path.write_text(path.read_text() + "ujson==6.0.0 \\\n")
    done = raised(checkout, FakeResolver({}), ["flask"])
    said = "ujson: 6.1.0 in {}, 6.0.0 in its workloads on request"
    assert done.out_of_step == (said.format("flask"), said.format("flask-waitress"))


def test_a_check_writes_nothing(checkout: Path, verified: list[str]) -> None:
    before = lock(checkout, "flask")
    done = raised(checkout, FakeResolver({"flask": NEW, "flask-waitress": NEW}), write=False)
    assert [one.service for one in done.raised] == ["flask", "flask-waitress"]
    assert lock(checkout, "flask") == before
    assert verified == []


def test_without_an_index_nothing_is_written(checkout: Path, verified: list[str]) -> None:
    before = lock(checkout, "flask")
    unreached = EnvironmentMissing("uv reached no package index")
    with pytest.raises(EnvironmentMissing, match="no package index"):
        raised(checkout, FakeResolver({"flask": NEW, "japronto": unreached}))
    assert lock(checkout, "flask") == before


def test_without_an_engine_the_new_locks_stay_and_the_message_says_so(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def verify(*_: object) -> None:
        raise EnvironmentMissing("no Docker engine answers")

    monkeypatch.setattr(updating, "verify", verify)
    with pytest.raises(
        EnvironmentMissing,
        match=r"`lab verify flask` and `lab verify flask --workload routes .*` do that",
    ):
        raised(checkout, FakeResolver({"flask": NEW}))
    assert "flask==3.1.3" in lock(checkout, "flask")


def test_a_lock_of_an_unknown_origin_is_told(checkout: Path, verified: list[str]) -> None:
    (checkout / "services/japronto/requirements.txt").write_text("japronto==0.1.2 \\\n")
    done = raised(checkout, FakeResolver({}), ["japronto"])
    assert "does not begin with the command that makes it" in done.locks[0].text
    assert not done.all_well


def test_an_unknown_service_is_refused(checkout: Path) -> None:
    with pytest.raises(UsageError, match="flosk"):
        raised(checkout, FakeResolver({}), ["flosk"])
