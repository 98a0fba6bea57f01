"""What github-action-benchmark and Bencher read."""

import json
import re
from typing import Any

import jsonschema
import pytest

from orchestrator.exports.bencher import bencher
from orchestrator.exports.github_action_benchmark import github_action_benchmark
from orchestrator.stats.geometric import geometric_mean
from tests.unit.exports.comparables import RATE, RATIO, comparable, row

# https://bencher.dev/docs/reference/bencher-metric-format/, except that no other member is allowed
METRIC = {
    "type": "object",
    "properties": {name: {"type": "number"} for name in ("value", "lower_value", "upper_value")},
    "required": ["value"],
    "additionalProperties": False,
}
BENCHER = {
    "type": "object",
    "additionalProperties": {"type": "object", "additionalProperties": METRIC},
}
RANGE = re.compile(r"(\+-|±)\s*(?P<value>\d.*)")
"""How github-action-benchmark reads a range (src/extractRangeInfo.ts)."""


def entries(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)
    return found


def test_an_entry_of_github_action_benchmark() -> None:
    (entry,) = entries(github_action_benchmark(comparable()))
    mean = geometric_mean(row().values)
    assert entry["name"] == "flask/json/cpu-time"
    assert entry["unit"] == "µs"
    assert entry["value"] == pytest.approx(mean.value)
    assert mean.high is not None
    read = RANGE.match(entry["range"])
    assert read is not None
    assert float(read["value"]) == pytest.approx(mean.high - mean.value, rel=1e-5)
    assert entry["extra"].splitlines() == [
        "CPU time for a request",
        "95 % interval: 545.315 to 572.416 µs",
        "values: 4",
        "run: ab-2026-03-02-abcdef",
        "image: sha256:abc",
    ]


def test_a_file_has_one_direction() -> None:
    both = comparable(row(), row(quantity=RATE), row(quantity=RATIO))
    smaller = entries(github_action_benchmark(both))
    bigger = entries(github_action_benchmark(both, smaller_is_better=False))
    assert [one["name"] for one in smaller] == ["flask/json/cpu-time", "flask/json/relative"]
    assert [one["name"] for one in bigger] == ["flask/json/rate"]
    assert [one["unit"] for one in (*smaller, *bigger)] == ["µs", "ratio", "1/s"]


def test_a_single_value_has_no_range() -> None:
    (entry,) = entries(github_action_benchmark(comparable(row(values=(550.0,)))))
    assert "range" not in entry
    assert "interval" not in entry["extra"]


def test_the_bencher_metric_format() -> None:
    rows = [row(), row(quantity=RATE), row(service="bottle", values=(200.0,)), row(workload="text")]
    document = json.loads(bencher(comparable(*rows)))
    jsonschema.validate(document, BENCHER)
    assert list(document) == ["flask/json", "bottle/json", "flask/text"]
    assert list(document["flask/json"]) == ["cpu-time", "rate"]
    metric = document["flask/json"]["cpu-time"]
    assert metric["lower_value"] < metric["value"] < metric["upper_value"]
    assert document["bottle/json"]["cpu-time"] == {"value": pytest.approx(200.0)}


def test_nothing_measured_is_an_empty_document() -> None:
    nothing = comparable(row(values=(), note="it did not start"))
    assert json.loads(bencher(nothing)) == {}
    assert entries(github_action_benchmark(nothing)) == []
