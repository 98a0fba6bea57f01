"""What the engine of `lab nanode` gets before the run inside it starts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from orchestrator.app import nanode
from orchestrator.composition import real_world
from orchestrator.model.host import WholeMemory
from orchestrator.world import World
from tests.fakes import JournalProgress
from tests.unit.examples import container

SEEN = WholeMemory(of="x", limit_bytes=2, peak_bytes=1, oom_kills=0, swapped_bytes=0)


class SmallHost:
    """It notes what is run in it, and with which images."""

    def __init__(self) -> None:
        self.loaded: list[str] = []
        self.ran: list[str] = []
        self.builds: dict[str, object] = {}

    def confined(self, *_: object) -> AbstractContextManager[Any]:
        return nullcontext(SimpleNamespace(memory=Path("/cgroup"), command=list))

    def engine(self, *_: object, bridges: bool) -> AbstractContextManager[str]:
        return nullcontext(f"unix:///small-{bridges}")

    def run(self, command: Sequence[str], environment: Mapping[str, str]) -> int:
        self.ran = list(command)
        override = environment["COMPOSE_FILE"].rpartition(":")[2]
        self.builds = json.loads(Path(override).read_text())["services"]
        return 0

    def save(self, images: Sequence[str], file: Path) -> None:
        file.write_text("\n".join(images))

    def load(self, file: Path, host: str) -> None:
        assert host == "unix:///small-True"
        self.loaded = file.read_text().splitlines()


def on_a_host(root: Path, small: SmallHost, base: str) -> World:
    """A world whose services have this base image; the load always has the usual one."""
    specs = {
        "flask": container("flask", build_context="x", base_image=base),
        "locust": container("locust", build_context="x", base_image="usual"),
    }
    host: Any = small
    compose: Any = SimpleNamespace(containers=lambda: specs)
    images = SimpleNamespace(has=lambda _: True)
    engine = SimpleNamespace(images=images, alone=nullcontext)
    memory: Any = SimpleNamespace(watched=_watched)
    connection: Any = SimpleNamespace(engine=engine)
    out: Any = JournalProgress([])
    return replace(
        real_world(root),
        compose=compose,
        connect=lambda _: connection,
        archives=host,
        small_host=host,
        memory=memory,
        out=out,
        on_python=lambda version: on_a_host(root, small, f"python-{version}"),
    )


@contextmanager
def _watched(_: Path) -> Iterator[Any]:
    yield SimpleNamespace(seen=lambda: SEEN)


@pytest.mark.parametrize(
    ("python", "loaded"), [(None, ["usual"]), ("3.12", ["python-3.12", "usual"])]
)
def test_the_engine_inside_gets_the_base_image_of_the_chosen_python(
    tmp_path: Path, python: str | None, loaded: list[str]
) -> None:
    (tmp_path / "docker-compose.yml").write_text("nofile: ${LAB_NOFILE:-1024}\n")
    small = SmallHost()
    world = on_a_host(tmp_path, small, "usual")
    code, memory = nanode.prove(world, ["run", "flask"], bridges=True, python=python)
    assert (code, memory) == (0, SEEN)
    assert small.loaded == loaded
    assert small.ran[-2:] == ["run", "flask"]
    assert set(small.builds) == {"flask", "locust"}
    assert list((tmp_path / ".lab").iterdir()) == []
