"""`lab cost` with real containers and real load: a base, two services, and the reference."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import docker
import pytest

from orchestrator.adapters.docker_engine import RUN
from orchestrator.experiments.cost.document import read
from orchestrator.experiments.cost.launches import SLICES
from orchestrator.model.together import REFERENCE
from tests.conftest import ROOT

SERVICES = ["aiohttp", "asgi", "starlette"]


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A run with a budget for the fewest launches: two."""
    results = tmp_path_factory.mktemp("cost")
    words = ["cost", *SERVICES, "--workload", "json", "text", "--budget", "1s", "--seed", "3"]
    done = subprocess.run(
        [sys.executable, "-m", "orchestrator", *words, "--json", "--results", str(results)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    (folder,) = results.glob("cost-*/")
    return done, folder


def test_every_row_is_measured_relative_to_the_reference(measured: Any) -> None:
    done, _ = measured
    assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads(done.stdout)
    assert sorted((row["workload"], row["service"]) for row in rows) == [
        (workload, service) for workload in ("json", "text") for service in SERVICES
    ]
    for row in rows:
        assert row["relative"] > 1  # a service makes its answer, and the reference has it ready
        assert row["low"] < row["relative"] < row["high"]
        assert row["cpu_us_per_request"] > 0
        assert row["launches"] == 2
        assert row["note"] == ""


def test_the_record_has_every_slice_and_what_was_measured(measured: Any) -> None:
    _, folder = measured
    record = read((folder / "cost.json").read_bytes(), "cost.json")
    names = {REFERENCE, *SERVICES}
    assert {part.service: bool(part.image and part.python) for part in record.parts} == (
        dict.fromkeys(names, True)
    )
    for together in record.together:
        assert [len(launch.slices) for launch in together.launches] == [SLICES, SLICES]
        for launch in together.launches:
            assert set(launch.order) == names
            assert all(used.keys() == names for used in launch.slices)
    first, second = record.together[0].launches
    assert first.seed != second.seed


def test_a_framework_costs_more_than_its_base_on_the_same_server(measured: Any) -> None:
    done, folder = measured
    rows = {(row["service"], row["workload"]): row for row in json.loads(done.stdout)}
    for workload in ("json", "text"):
        tax = rows["starlette", workload]["framework_tax"]
        assert tax["base"] == "asgi"
        assert tax["difference"] > 0
        assert tax["ratio"] > 1
        for without in ("aiohttp", "asgi"):
            assert rows[without, workload]["framework_tax"] is None
    record = read((folder / "cost.json").read_bytes(), "cost.json")
    assert {one.service: one.base for one in record.parts if one.base} == {
        "asgi": "asgi", "starlette": "asgi",
    }  # fmt: skip
    assert "framework tax" in (folder / "cost.md").read_text()


def test_the_kernel_is_told_from_programs(measured: Any) -> None:
    done, folder = measured
    record = read((folder / "cost.json").read_bytes(), "cost.json")
    for together in record.together:
        for launch in together.launches:
            assert launch.user_s.keys() == launch.system_s.keys() == {REFERENCE, *SERVICES}
            assert sum(launch.system_s.values()) > 0
            assert sum(launch.user_s.values()) > 0
    for row in json.loads(done.stdout):
        time = row["time"]
        spent = (value for name, value in time.items() if name.endswith("_us"))
        assert sum(us or 0 for us in spent) == pytest.approx(row["cpu_us_per_request"], rel=0.5)


def test_a_page_and_files_for_programs_stand_beside_it(measured: Any) -> None:
    done, folder = measured
    assert json.loads((folder / "report" / "cost.json").read_text()) == json.loads(done.stdout)
    assert (folder / "report" / "cost.csv").read_text().startswith("service,workload,relative,")
    assert "data:image/svg+xml" in (folder / "report" / "index.html").read_text()
    assert "| aiohttp |" in (folder / "cost.md").read_text()


def test_nothing_is_left_running(measured: Any) -> None:
    assert docker.from_env().containers.list(all=True, filters={"label": RUN}) == []
    assert docker.from_env().networks.list(filters={"label": RUN}) == []
