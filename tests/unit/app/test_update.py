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


class FakeResolver:
    """Raises versions as it was told; keeps the commands that it got."""

    def __init__(self, newest: Mapping[str, Mapping[str, str] | Exception]) -> None:
        self._newest = newest
        self.commands: dict[str, str] = {}

    def newest(self, folder: Path, command: str) -> str:
        name = folder.as_posix().rpartition("/services/")[2].replace("/", "-")
        self.commands[name] = command
        known = self._newest.get(name, {})
        if isinstance(known, Exception):
            raise known
        text = (folder / "requirements.txt").read_text()
        for before, after in known.items():
            text = text.replace(before, after)
        return text


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Flask in two ways, and Japronto, whose lock is for another Python."""
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
    (services / "contract.toml").write_text((ROOT / "services/contract.toml").read_text())
    template = services / "_template"
    template.mkdir()
    (template / "requirements.txt").write_text(f"# by uv\n#    {COMMAND.format('3.13')}\n")
    return tmp_path


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The services that were verified; flask breaks the contract."""
    asked: list[str] = []

    def verify(_: object, services: Sequence[str]) -> dict[str, tuple[str, ...]]:
        asked.extend(services)
        return {name: ("status 500",) if name == "flask" else () for name in services}

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


def test_a_raised_lock_is_written_and_verified_and_others_are_left_alone(
    checkout: Path, verified: list[str]
) -> None:
    before = lock(checkout, "japronto")
    done = raised(checkout, FakeResolver({"flask": NEW, "flask-waitress": NEW}))
    assert "flask==3.1.3" in lock(checkout, "flask")
    assert "flask==3.1.3" in lock(checkout, "flask/waitress")
    assert lock(checkout, "japronto") == before
    assert verified == ["flask", "flask-waitress"]
    assert {one.service: (one.text, one.contract) for one in done.locks} == {
        "flask": ("flask 3.1.2 -> 3.1.3", ("status 500",)),
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
    assert verified == ["japronto"]
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
    assert done.locks[1].text == f"not raised: {conflict}"
    assert done.out_of_step == ("flask: 3.1.3 in flask, 3.1.2 in flask-waitress",)
    assert not done.all_well


def test_the_services_of_one_framework_are_raised_together(
    checkout: Path, verified: list[str]
) -> None:
    done = raised(checkout, FakeResolver({}), ["flask-waitress"])
    assert [one.service for one in done.locks] == ["flask", "flask-waitress"]


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
    with pytest.raises(EnvironmentMissing, match="`lab verify flask` does that"):
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
