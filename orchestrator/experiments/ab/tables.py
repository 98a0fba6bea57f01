"""A comparison as tables: the ratios, and what each side was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.experiments.ab.answer import Ratio, beside, found
from orchestrator.experiments.ab.record import ABRecord, Side
from orchestrator.experiments.ab.words import COSTS, UNITS, interval, sentence
from orchestrator.report.change import change, size
from orchestrator.report.column import Column
from orchestrator.report.table import Table, make_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One measured ratio, head / base."""

    name: str
    ratio: Ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part in which the sides may differ."""

    name: str
    base: str | None
    head: str | None


def ratios(record: ABRecord) -> Table:
    """Every ratio with its interval."""
    units = UNITS[record.settings.by]
    return make_table(
        name="ratios",
        title=f"{record.settings.service}, {record.settings.workload}: {sentence(record)}",
        columns=(
            Column("measure", "Head against base", lambda line: line.name),
            Column("ratio", "Change", lambda line: line.ratio.ratio, show=change),
            Column(
                "interval",
                "95 % interval",
                lambda line: interval(line.ratio) or f"too few {units}",
            ),
            Column(
                "spread", f"Spread of {units}", lambda line: line.ratio.spread, show=size, wide=True
            ),
            Column("count", units.capitalize(), lambda line: line.ratio.count, wide=True),
        ),
        rows=list(_lines(record)),
    )


def sides(record: ABRecord) -> Table:
    """What each side was; of the installed versions only those that differ."""
    return make_table(
        name="sides",
        title="What was compared",
        columns=(
            Column("part", "Part", lambda part: part.name),
            Column("base", "Base", lambda part: part.base, words=True),
            Column("head", "Head", lambda part: part.head, words=True),
        ),
        rows=list(_parts(record)),
    )


def _lines(record: ABRecord) -> Iterator[Line]:
    known, closed = found(record), beside(record)
    if known is not None:
        yield Line(name=COSTS[record.settings.by], ratio=known.cost)
        yield Line(name="A/A: base against base", ratio=known.again)
    if closed is not None:
        yield Line(name="throughput, closed loop", ratio=closed.throughput)
        yield Line(name="p50, closed loop", ratio=closed.p50)
        yield Line(name="p99, closed loop", ratio=closed.p99)


def _parts(record: ABRecord) -> Iterator[Part]:
    base, head = record.base, record.head
    settings = record.settings
    yield Part(name="side", base=settings.base, head=settings.head)
    if base is None or head is None:
        return
    yield Part(name="Python", base=base.python, head=head.python)
    yield Part(name="image", base=_short(base.image), head=_short(head.image))
    yield Part(name="base image", base=base.base_image, head=head.base_image)
    yield Part(name="made from", base=_origin(base), head=_origin(head))
    if base.companions or head.companions:
        yield Part(name="beside it", base=_names(base), head=_names(head))
    for name in sorted({*base.versions, *head.versions}):
        versions = base.versions.get(name), head.versions.get(name)
        if versions[0] != versions[1]:
            yield Part(name=name, base=versions[0], head=versions[1])


def _short(image: str) -> str:
    return image.removeprefix("sha256:")[:12]


def _names(side: Side) -> str:
    return ", ".join(side.companions) or "nothing"


def _origin(side: Side) -> str:
    return "; ".join(side.origin) or "the service as it is"
