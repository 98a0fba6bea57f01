"""Which charts a run has, what they contain, and that their lines can be told apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest

from labwire.histogram import LOWEST_US
from orchestrator.model.record import RunRecord
from orchestrator.model.trial import Outcome
from orchestrator.report.charts import ChartKind, charts, ramp_charts
from orchestrator.report.charts.chart import COLOURS, DASHES, SHAPES, by_framework
from orchestrator.report.page import KINDS
from orchestrator.report.svg import svg
from orchestrator.report.theme import DARK, LIGHT
from orchestrator.stats.histogram import encoded
from tests.unit.examples import (
    open_loop_row,
    planned,
    resources,
    run_record,
    server,
    step,
    totals,
    trial_record,
)

NINE = (
    "Aiohttp",
    "Bottle",
    "Django",
    "Flask",
    "Japronto",
    "Pyramid",
    "Sanic",
    "Starlette",
    "Tornado",
)


def trial(service: str = "flask", **changes: Any) -> Any:
    measured: dict[str, Any] = {
        "server": server(service.title()),
        "hold": totals(goodput_rps=1_000.0),
        "hold_users": 8,
        "breaking_users": 64,
        "limited_by": "server-cpu",
        "resources": resources(),
        "steps": (
            step(phase="ramp", users=8),
            step(phase="ramp", users=64, failures=3, p99_ms=None, all_p99_ms=5_000.0),
            step(phase="hold", users=8),
        ),
        "open_loop": (open_loop_row(), open_loop_row(500.0, of_capacity=0.5)),
    }
    return trial_record(service, **(measured | changes))


def record(*trials: Any) -> RunRecord:
    return run_record(planned(workloads=("json",)), trials=trials)


def of(kind: str, *trials: Any) -> Any:
    (chart,) = [chart for chart in charts(record(*trials)) if chart.kind == kind]
    return chart


def data(spec: Any) -> list[dict[str, Any]]:
    return list(spec["data"]["values"])


def test_a_run_has_every_chart_for_which_it_has_data() -> None:
    found = charts(record(trial()))
    assert [chart.name for chart in found] == [
        "json-throughput", "json-ramp", "json-latency-open", "json-rate-latency", "json-cpu",
        "json-memory", "start", "image",
    ]  # fmt: skip
    assert all(chart.text.endswith(".") and chart.title for chart in found)


def test_the_page_has_a_name_for_every_kind_of_chart() -> None:
    assert set(KINDS) == set(ChartKind)


def test_a_run_without_measured_trials_has_no_charts() -> None:
    failed = trial(outcome=Outcome.FAILED, hold=None, open_loop=(), resources=None)
    assert charts(record(failed)) == ramp_charts(record(failed)) == []


def test_a_bar_whose_limit_is_not_the_server_says_at_least() -> None:
    chart = of("throughput", trial(), trial("japronto", limited_by="unknown"))
    assert [(row["framework"], row["ranked"], row["label"]) for row in data(chart.spec)] == [
        ("Flask", "limited by the server's CPU", "1,000"),
        ("Japronto", "at least this", "≥ 1,000"),
    ]


def test_repeats_are_shown_from_the_lowest_to_the_highest() -> None:
    repeats = [trial(repeat=n, hold=totals(goodput_rps=100.0 * n)) for n in (1, 2, 6)]
    chart = of("throughput", *repeats)
    (row,) = data(chart.spec)
    assert (row["lowest"], row["value"], row["highest"]) == (100, 200, 600)
    assert "from the lowest repeat to the highest" in chart.text
    assert len(chart.spec["layer"]) == 3


def test_the_ramp_shows_rate_p99_and_drops_with_knee_and_breaking_point() -> None:
    (chart,) = ramp_charts(record(trial()))
    rate, p99, failures = chart.spec["vconcat"]
    assert [row["users"] for row in data(rate["layer"][1])] == [8, 64]  # the ramp alone
    assert [row["failures"] for row in data(failures["layer"][1])] == [0, 3]
    # With no success at 64 users there is no latency of successes, but one of all requests.
    assert [(row["users"], row["of"]) for row in data(p99["layer"][1])] == [
        (8, "successes"),
        (64, "all requests"),
    ]
    marks = [(row["mark"], row["at"]) for row in data(rate["layer"][0])]
    assert marks == [("knee", 8), ("drops from", 64)]
    assert chart.spec["title"]["subtitle"] == "knee 8, drops from 64 users"


def test_a_ramp_without_drops_says_how_far_it_went() -> None:
    (chart,) = ramp_charts(record(trial(breaking_users=None)))
    assert chart.spec["title"]["subtitle"] == "knee 8, no drops up to 64 users"


def histogram(*microseconds: int) -> str:
    from hdrh.histogram import HdrHistogram

    recorded = HdrHistogram(LOWEST_US, 60_000_000, 3)
    for value in microseconds:
        recorded.record_value(value)
    return encoded(recorded)


def test_a_distribution_ends_where_too_few_requests_are_above() -> None:
    chart = of("latency-hold", trial(histogram=histogram(*range(1_000, 2_000))))
    rows = data(chart.spec)
    assert [row["percentile"] for row in rows] == [0, 25, 50, 75, 90, 95, 97.5, 99, 99.5]
    assert rows[2] == {
        "framework": "Flask",
        "percentile": 50,
        "x": 2,
        "ms": pytest.approx(1.5, rel=0.01),
    }


def test_nine_frameworks_differ_by_colour_and_by_shape() -> None:
    ways = by_framework(NINE)
    assert len(set(COLOURS)) == len(set(SHAPES)) == len(DASHES) == 9
    for channel in ways.values():
        assert channel["scale"]["domain"] == list(NINE)
        assert len(channel["scale"]["range"]) == 9


def looks(names: Sequence[str]) -> list[tuple[str, str, str]]:
    """The colour, shape and dashes of each framework."""
    ways = by_framework(names)
    return [
        (colour, shape, str(dashes))
        for colour, shape, dashes in zip(
            *(ways[channel]["scale"]["range"] for channel in ("color", "shape", "strokeDash")),
            strict=True,
        )
    ]


@pytest.mark.parametrize("count", [1, 9, 10, 18, 19, 30, 45])
def test_many_frameworks_differ_by_any_two_of_colour_shape_and_dashes(count: int) -> None:
    found = looks([f"framework {n:03}" for n in range(count)])
    assert found[:9] == looks(NINE)[:count]
    for first, second in ((0, 1), (0, 2), (1, 2)):
        pairs = {(look[first], look[second]) for look in found[9:]}
        assert len(pairs) == max(0, count - 9)
    assert len({(colour, dashes) for colour, _, dashes in found}) == count
    assert len({(colour, shape) for colour, shape, _ in found}) == count


def test_charts_can_be_drawn_for_thirty_frameworks() -> None:
    many = [trial(f"framework-{n}", histogram=histogram(*range(1_000, 1_200))) for n in range(30)]
    drawn = svg(of("latency-hold", *many).spec, LIGHT)
    assert all(f">Framework-{n}<" in drawn for n in range(30))
    assert set(re.findall(r'stroke-dasharray="([\d,]+)"', drawn)) >= {
        "12,3", "1,3", "10,2,2,2,2,2",
    }  # fmt: skip


@pytest.mark.parametrize("code", [0x00, 0x07, 0x1B, 0xD800, 0xFFFE, 0xFFFF, 0x1FFFF])
def test_no_character_crashes_the_charting_library(code: int) -> None:
    name = f"a{chr(code)}b"
    chart = of("cpu", trial(server=server(name)))
    assert "a\ufffdb" in svg({**chart.spec, "title": name}, LIGHT)


def luminance(colour: str) -> float:
    """Contrast by WCAG 2.2, from relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_colour_has_enough_contrast_to_its_background(theme: dict[str, Any]) -> None:
    """WCAG 2.2, 1.4.11: a contrast of 3 to 1 for graphics, 4.5 to 1 for text."""

    def contrast(colour: str) -> float:
        darker, lighter = sorted((luminance(colour), luminance(theme["background"])))
        return (lighter + 0.05) / (darker + 0.05)

    assert {colour: contrast(colour) for colour in COLOURS if contrast(colour) < 3} == {}
    assert contrast(theme["axis"]["labelColor"]) > 4.5


def test_a_name_from_outside_is_escaped_in_a_drawing() -> None:
    hostile = "</text><script>alert(1)</script>"
    drawn = svg(of("cpu", trial(server=server(hostile))).spec, LIGHT)
    assert "<script" not in drawn
    assert "&lt;script&gt;" in drawn


def test_a_drawing_has_the_same_bytes_each_time_and_loads_nothing() -> None:
    spec = of("cpu", trial()).spec
    assert svg(spec, LIGHT) == svg(spec, LIGHT)
    links = re.findall(r'(?:href|src)="([^"]+)"', svg(spec, LIGHT))
    assert links == []
