"""What `lab doctor` says of a host: what is well, what is in doubt, what is bad."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

from orchestrator.app import examined
from orchestrator.app.doctor import examine
from orchestrator.composition import real_world
from orchestrator.doubts.host import COLOCATED, ENGINE_ELSEWHERE, NOFILE
from orchestrator.doubts.kind import Doubt
from orchestrator.errors import EnvironmentMissing
from orchestrator.files.checkout import ROOT, wanted_nofile
from orchestrator.model.blocks import LOCUST_WORKER
from orchestrator.model.trial import OFFICIAL
from orchestrator.ports import Image
from orchestrator.world import World
from orchestrator.world.engine import Connection, EngineFacts
from tests.unit.examples import LAYOUT, container

FACTS = EngineFacts(
    version="29.0", cpus=2, memory_bytes=8 * 2**30, kernel="6.12", os="Debian", cgroup_version="2"
)


def examples(*found: examined.Examined | Doubt) -> list[examined.Examined]:
    return [examined.told(one) for one in found]


def test_an_engine_with_another_kernel_is_elsewhere() -> None:
    well = examined.Examined(text="Docker 29.0 on Debian, cgroup v2")
    assert list(examined.engine(FACTS, "6.12")) == [well]
    elsewhere = ENGINE_ELSEWHERE.seen(engine="6.12", host="6.1")
    assert list(examined.engine(FACTS, "6.1")) == [well, elsewhere]


def test_builds_that_fail_are_bad() -> None:
    assert [one.level for one in examples(*examined.builds(""))] == ["ok"]
    (one,) = examples(*examined.builds("no buildx"))
    assert (one.level, "no buildx" in one.text) == ("bad", True)


def test_where_server_and_load_are_and_whether_they_share_a_cpu() -> None:
    well = examined.Examined(text="server on CPU 1, load on CPU 0")
    assert list(examined.cpus(LAYOUT)) == [well]
    assert list(examined.cpus(replace(LAYOUT, shared=True))) == [COLOCATED.seen()]


def test_files_that_a_container_may_open() -> None:
    well = examined.Examined(text="containers may open 20,000 files")
    assert list(examined.files(20_000, 20_000)) == [well]
    assert list(examined.files(1_000, 20_000)) == [NOFILE.seen(files=1_000, wanted=20_000)]


def test_what_runs_already_is_bad() -> None:
    assert list(examined.running([])) == []
    (one,) = examples(*examined.running(["a", "b"]))
    assert (one.level, "a, b" in one.text) == ("bad", True)


def test_a_doubt_is_told_as_before_a_run() -> None:
    doubt = COLOCATED.seen()
    (one,) = examples(doubt)
    before = doubt.before
    assert (one.level, one.text, one.remedy) == ("warn", before.text, before.remedy)


class Engine:
    """An engine, its images and the compose file in one; all is well with it."""

    base = OFFICIAL

    @property
    def images(self) -> Engine:
        return self

    def facts(self) -> EngineFacts:
        return FACTS

    def has(self, image: str) -> bool:
        return True

    def image(self, name: str) -> Image:
        return Image(id="1", size_bytes=1, base=self.base)

    def start(self, spec: object, *, command: object) -> AbstractContextManager[None]:
        return nullcontext()

    def neighbours(self) -> list[str]:
        return []

    def strangers(self) -> list[str]:
        return []

    def version(self) -> str:
        return "2.40"

    def containers(self, variables: object = None) -> dict[str, Any]:
        return {LOCUST_WORKER: container(LOCUST_WORKER, nofile=wanted_nofile(ROOT))}

    def why_no_build(self) -> str:
        return ""


class Host:
    """Two cores with one thread each."""

    def kernel(self) -> str:
        return FACTS.kernel

    def core_siblings(self) -> dict[int, frozenset[int]]:
        return {0: frozenset({0}), 1: frozenset({1})}


def world(engine: Any) -> World:
    host: Any = Host()
    connection = Connection(engine=engine, load=engine)
    return replace(real_world(), compose=engine, connect=lambda _: connection, host=host)


def test_a_host_with_which_all_is_well() -> None:
    found = examine(world(Engine()))
    assert [one.text for one in found if one.level != "ok"] == []
    assert [one.text.split()[0] for one in found[1:]] == [
        *("Docker", "Docker", "Docker", "server", "containers"),
    ]


def test_what_fails_is_bad_and_ends_neither_what_was_said_nor_what_follows() -> None:
    class Failing(Engine):
        base = "debian: built here"

        def containers(self, variables: object = None) -> dict[str, Any]:
            raise EnvironmentMissing("Compose hangs")

        def strangers(self) -> list[str]:
            raise AssertionError("it came to an end before")

    found = examine(world(Failing()))
    assert [one.text for one in found if one.level == "bad"] == ["Compose hangs", "Compose hangs"]
    assert "server on CPU 1, load on CPU 0" in [one.text for one in found]


def test_without_an_engine_the_files_are_still_examined() -> None:
    def connect(_: str) -> Connection:
        raise EnvironmentMissing("no Docker engine answers")

    found = examine(replace(world(Engine()), connect=connect))
    assert re.match(r"\d+ services declared: 9 in 2019, \d+ in production", found[0].text)
    assert found[-1] == examined.bad("no Docker engine answers")
