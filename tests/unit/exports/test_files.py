"""The files for other tools."""

import json

from orchestrator.exports.files import exported
from tests.unit.exports.comparables import RATE, comparable, row


def test_two_sides_make_a_file_for_each_tool() -> None:
    head = comparable(row(values=(600.0, 610.0)))
    files = exported(comparable(), head)
    assert list(files) == [
        "pyperf-base.json",
        "pyperf-head.json",
        "bencher.json",
        "github-action-benchmark.json",
    ]
    assert json.loads(files["pyperf-base.json"])["benchmarks"][0]["runs"][0]["values"] == [550e-6]
    assert json.loads(files["bencher.json"])["flask/json"]["cpu-time"]["value"] > 600
    assert all(text.endswith(("}\n", "]\n")) for text in files.values())


def test_each_direction_has_a_file_of_its_own() -> None:
    assert "github-action-benchmark-bigger.json" in exported(
        comparable(), comparable(row(), row(quantity=RATE))
    )
    only_rates = exported(comparable(), comparable(row(quantity=RATE)))
    assert "github-action-benchmark.json" not in only_rates


def test_a_side_without_values_gets_no_file() -> None:
    nothing = comparable(row(values=()))
    assert exported(nothing, nothing) == {}
    assert list(exported(comparable(), nothing)) == ["pyperf-base.json"]
