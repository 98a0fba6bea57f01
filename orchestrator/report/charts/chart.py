"""Parts that all charts share: scales, sizes, and looks that can be told apart without colour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"  # a name; nothing is fetched from there
WIDTH, HEIGHT, BAR = 560, 300, 26
# A viewer without the chart's font may need more room for text.
PADDING = {"left": 16, "right": 32, "top": 8, "bottom": 8}

Spec = dict[str, Any]
"""A Vega-Lite specification, or a part of one, with its data inside."""
Datum = Mapping[str, str | float | int | None]

# The first four are from the palette of Okabe and Ito (https://jfly.uni-koeln.de/color/), which
# people with any kind of colour vision can tell apart. Some of its eight colours are invisible on a
# light or on a dark background. Shape and dashes show the same as the colour.
COLOURS = (
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#c0392b", "#138a9c", "#b8860b", "#7f7f7f",
    "#7b61d1",
)  # fmt: skip
PENTAGON = "M0,-1L0.95,-0.31L0.59,0.81L-0.59,0.81L-0.95,-0.31Z"
SHAPES = (
    "circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right",
    "triangle-left", PENTAGON,
)  # fmt: skip
DASHES = ([1, 0], [6, 2], [2, 2], [8, 2, 2, 2], [1, 0], [6, 2], [2, 2], [8, 2, 2, 2], [1, 0])
# After nine frameworks colours repeat, so each further nine have other dashes, and the shapes move
# on by one. No pair of colour, shape and dashes occurs twice.
MORE_DASHES = ([12, 3], [1, 3], [10, 2, 2, 2, 2, 2], [3, 6])
# A logarithmic axis has lines at 1, 3, 10, 30 ... only. With a line at every digit it is all grey.
LOG_TICKS = [float(f"{digit}e{power}") for power in range(-3, 7) for digit in (1, 3)]
ACCENT, UNRANKED, SECOND, ALARM = "#0072b2", "#8c8c8c", "#d55e00", "#c0392b"


class ChartKind(StrEnum):
    """What a chart shows. Its file and the page use this name."""

    THROUGHPUT = "throughput"
    LATENCY_HOLD = "latency-hold"
    LATENCY_OPEN = "latency-open"
    RAMP = "ramp"
    RATE_LATENCY = "rate-latency"
    RELATIVE = "relative"
    CPU_OPEN = "cpu-open"
    CPU = "cpu"
    MEMORY = "memory"
    START = "start"
    IMAGE = "image"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart. ``workload`` and ``framework`` say what it is about; None means all.

    ``text``: what the chart shows and how to read it, also for people who cannot see it.
    """

    kind: ChartKind
    title: str
    text: str
    spec: Spec
    workload: str | None = None
    framework: str | None = None

    @property
    def name(self) -> str:
        """The name of its file, without suffix."""
        return f"{self.workload}-{self.kind}" if self.workload else self.kind


def values(rows: Iterable[Datum]) -> Spec:
    """Data as a part of the specification itself."""
    return {"values": [dict(row) for row in rows]}


def quantity(field: str, title: str, *, log: bool = False, **more: Any) -> Spec:
    """A quantitative channel. ``log``: on a logarithmic scale, for values that span decades."""
    channel = {"field": field, "type": "quantitative", "title": title}
    if not log:
        return {**channel, "scale": {"zero": True}, **more}
    return {**channel, "scale": {"type": "log"}, "axis": {"values": LOG_TICKS}, **more}


def number(field: str, title: str, form: str = ",.3~r") -> Spec:
    """A number as a line of a tooltip."""
    return {"field": field, "type": "quantitative", "title": title, "format": form}


def word(field: str, title: str) -> Spec:
    """A text as a line of a tooltip."""
    return {"field": field, "type": "nominal", "title": title}


def by_framework(names: Sequence[str]) -> Spec:
    """Colour, shape and dashes by framework, the same in every chart of a run."""
    domain = sorted(set(names), key=lambda name: (name.casefold(), name))
    looks = [_look(n) for n in range(len(domain))]
    legend = {"orient": "bottom", "columns": 3, "title": None, "symbolStrokeWidth": 2}
    return {
        channel: {
            "field": "framework",
            "type": "nominal",
            "scale": {"domain": domain, "range": [look[n] for look in looks]},
            "legend": legend,
        }
        for n, channel in enumerate(("color", "shape", "strokeDash"))
    }


def _look(number: int) -> tuple[str, str, list[int]]:
    """Colour, shape and dashes of the framework with this number, counted from 0."""
    more, place = divmod(number, len(COLOURS))
    dashes = MORE_DASHES[(more - 1) % len(MORE_DASHES)] if more else DASHES[place]
    return COLOURS[place], SHAPES[(place + more) % len(SHAPES)], dashes


def single(title: str, spec: Spec, rows: int | None = None) -> Spec:
    """A view, or layered views, as a whole chart. ``rows``: the number of bars it must fit."""
    height = HEIGHT if rows is None else max(rows, 2) * BAR
    return {
        "$schema": SCHEMA,
        "title": title,
        "width": WIDTH,
        "height": height,
        "padding": PADDING,
        **spec,
    }
