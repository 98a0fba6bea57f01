"""pyperf itself reads what the lab writes, and compares it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pyperf import Benchmark, BenchmarkSuite

from orchestrator.exports.pyperf import pyperf
from orchestrator.model.comparable import Comparable, Quantity
from tests.unit.exports.comparables import CPU, RATE, RATIO, comparable, row, scaled


def loaded(made: Comparable, quantity: str | None = None) -> BenchmarkSuite:
    return BenchmarkSuite.loads(pyperf(made, quantity))


def only(made: Comparable) -> Benchmark:
    (benchmark,) = loaded(made).get_benchmarks()
    return benchmark


def compared(folder: Path, base: Comparable, head: Comparable) -> str:
    (folder / "base.json").write_text(pyperf(base))
    (folder / "head.json").write_text(pyperf(head))
    command = [sys.executable, "-m", "pyperf", "compare_to", "base.json", "head.json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def test_a_value_is_a_run_in_seconds() -> None:
    benchmark = only(comparable())
    assert benchmark.get_name() == "flask/json/cpu-time"
    assert benchmark.get_unit() == "second"
    assert benchmark.get_nrun() == 4
    assert benchmark.get_values() == pytest.approx((550e-6, 560e-6, 570e-6, 555e-6))


P99 = Quantity(name="p99", title="p99", unit="ms", less_is_faster=True)
MEMORY = Quantity(name="memory", title="memory", unit="bytes", less_is_faster=True)
COUNT = Quantity(name="count", title="count", unit="instructions", less_is_faster=True)
SCORE = Quantity(name="score", title="score", unit="points", less_is_faster=False)


@pytest.mark.parametrize(
    ("quantity", "value", "unit", "shown"),
    [
        (P99, 4.0, "second", 0.004),
        (RATE, 200.0, "second", 0.005),
        (MEMORY, 9.0, "byte", 9.0),
        (COUNT, 1.5e6, "integer", 1.5e6),
        (RATIO, 0.302, "integer", 0.302),
        (SCORE, 4.0, "integer", 0.25),
    ],
)
def test_units(quantity: Quantity, value: float, unit: str, shown: float) -> None:
    benchmark = only(comparable(row(quantity=quantity, values=(value,))))
    assert benchmark.get_unit() == unit
    assert benchmark.get_values() == pytest.approx((shown,))


def test_what_a_value_is_stands_in_the_metadata() -> None:
    assert (
        only(comparable()).get_metadata()["lab_value"] == "CPU time for a request (measured in µs)"
    )
    rate = only(comparable(row(quantity=RATE))).get_metadata()
    assert rate["lab_value"] == "1 / requests/s (measured in 1/s)"
    assert only(comparable(row(quantity=RATIO))).get_metadata()["lab_value"].endswith("in ratio)")


def test_where_it_was_measured_stands_there_too_without_what_is_unknown() -> None:
    metadata = only(comparable()).get_metadata()
    assert metadata["lab_network"] == "bridge"
    assert metadata["lab_kernel"] == "6.12"
    assert metadata["lab_image"] == "sha256:abc"
    assert not {"lab_commit", "lab_python"} & set(metadata)


def test_one_quantity_alone() -> None:
    both = comparable(row(), row(quantity=RATE))
    assert loaded(both).get_benchmark_names() == ["flask/json/cpu-time", "flask/json/rate"]
    assert loaded(both, "rate").get_benchmark_names() == ["flask/json/rate"]


def test_rows_without_usable_values_are_left_out() -> None:
    useless = [(), (0.0, 1.0), (-1.0,), (float("nan"),), (float("inf"),)]
    rows = [row(service=f"s{number}", values=values) for number, values in enumerate(useless)]
    assert loaded(comparable(row(), *rows)).get_benchmark_names() == ["flask/json/cpu-time"]
    assert json.loads(pyperf(comparable(*rows)))["benchmarks"] == []


@pytest.mark.parametrize("quantity", [CPU, RATE, RATIO])
def test_pyperf_says_which_side_is_slower(tmp_path: Path, quantity: Quantity) -> None:
    base = row(quantity=quantity)
    head = scaled(2.0 if quantity.less_is_faster else 0.5, base)
    said = compared(tmp_path, comparable(base), comparable(head))
    assert "[base]" in said
    assert "2.00x slower" in said


def test_pyperf_calls_equal_sides_equal(tmp_path: Path) -> None:
    assert "hidden because not significant" in compared(tmp_path, comparable(), comparable())


def test_pyperf_compares_several_rows(tmp_path: Path) -> None:
    rows = [row(), row(service="bottle"), row(workload="text"), row(quantity=RATE)]
    said = compared(tmp_path, comparable(*rows), comparable(*(scaled(0.5, one) for one in rows)))
    assert said.count("2.00x faster") == 3
    assert said.count("2.00x slower") == 1
