"""`lab size` of a server that can do 100 requests/s by arithmetic: 10 ms each under a lock."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orchestrator.experiments.size.document import read
from tests.docker.own_apps import application, lab

ANSWER = """\
import threading, time

LOCK = threading.Lock()


def answer(path):
    with LOCK:
        time.sleep(0.01)
    return b"{}"
"""
SETTINGS = """\
name = "knee"

[workloads.home]
path = "/"
status = 200
content_type = "application/json"
body = "{}"

"""


@pytest.fixture(scope="module")
def sized(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = application(tmp_path_factory.mktemp("size") / "knee", ANSWER, SETTINGS)
    words = ("--p99", "100ms", "--searches", "2", "--price", "5/month", "--json")
    return lab(folder, "size", "--app", ".", *words), folder / "lab-results"


def test_the_answer_is_the_arithmetic_one(sized: Any) -> None:
    done, _ = sized
    assert done.returncode == 0, done.stdout + done.stderr
    (row,) = json.loads(done.stdout)
    assert row["requests_per_second"] == pytest.approx(100, rel=0.05)
    assert row["users"] == pytest.approx(10 * row["requests_per_second"])
    assert row["low"] < row["requests_per_second"] < row["high"]
    assert row["note"] == ""


def test_every_rate_that_was_tried_is_in_the_record_and_on_the_page(sized: Any) -> None:
    _, results = sized
    (folder,) = Path(results).glob("size-*/")
    (knee,) = read((folder / "size.json").read_bytes(), "size.json").services
    for search in knee.searches:
        assert search.capacity == pytest.approx(100, rel=0.1)
        assert {probe.kept for probe in search.probes} == {True, False}
    page = (folder / "report" / "index.html").read_text()
    assert "data:image/svg+xml" in page
    assert "| knee | 1 |" in (folder / "size.md").read_text()
