"""Answers of the Docker engine, recorded in data/, become samples."""

import json
from typing import Any

import pytest

from orchestrator.adapters.cgroup import sample, unix_seconds
from orchestrator.model.sample import Sample
from tests.conftest import ROOT

DATA = ROOT / "tests/unit/data"


def recorded(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((DATA / name).read_text())
    return document


def test_a_sample_of_cgroup_v1() -> None:
    assert sample(recorded("stats_cgroup_v1.json")) == Sample(
        at=pytest.approx(1_772_454_620.193194),  # type: ignore[arg-type]
        cpu_s=4.283766199,
        memory_bytes=3_379_200 - 4_096,
        throttled_s=0.0,
    )


def test_cgroup_v1_leaves_out_the_page_cache_of_the_whole_group() -> None:
    stats = recorded("stats_cgroup_v1.json")
    stats["memory_stats"]["stats"]["total_inactive_file"] = 100_000
    found = sample(stats)
    assert found is not None
    assert found.memory_bytes == 3_379_200 - 100_000


def test_a_sample_of_cgroup_v2() -> None:
    assert sample(recorded("stats_cgroup_v2.json")) == Sample(
        at=pytest.approx(1_772_459_984.383618),  # type: ignore[arg-type]
        cpu_s=11.198425,
        memory_bytes=23_646_208 - 12_288,
        throttled_s=0.001328,
    )


def test_a_container_that_does_not_run_gives_no_sample() -> None:
    assert sample(recorded("stats_stopped.json")) is None


def test_an_incomplete_answer_gives_no_sample() -> None:
    assert sample({"read": "2026-03-02T12:30:20Z"}) is None


def test_a_page_cache_larger_than_the_usage_is_not_subtracted() -> None:
    stats = recorded("stats_cgroup_v2.json")
    stats["memory_stats"]["stats"]["inactive_file"] = 23_646_209
    found = sample(stats)
    assert found is not None
    assert found.memory_bytes == 23_646_208


@pytest.mark.parametrize(
    ("stamp", "seconds"),
    [
        ("1970-01-01T00:00:01Z", 1.0),
        ("1970-01-01T00:00:01.5Z", 1.5),
        ("1970-01-01T00:00:01.123456789Z", 1.123456),
        ("1970-01-01T02:00:00+02:00", 0.0),
    ],
)
def test_the_engines_times_become_unix_seconds(stamp: str, seconds: float) -> None:
    assert unix_seconds(stamp) == seconds
