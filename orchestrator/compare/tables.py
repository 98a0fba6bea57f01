"""A comparison of two records as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from orchestrator.compare.comparison import ComparedRow, Comparison, Ratio, Spread
from orchestrator.compare.words import IN_PERCENT, interval
from orchestrator.model.comparable import ComparableRow, Quantity
from orchestrator.report.change import change, size
from orchestrator.report.column import Column, Value, three_digits
from orchestrator.report.table import Table, make_table

NOT_COMPARED = "not compared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Something that both records tell, and that may differ."""

    name: str
    base: str | None
    head: str | None


def tables(comparison: Comparison) -> list[Table]:
    """One table for each quantity, the headline first."""
    return [_table(comparison, quantity) for quantity in comparison.quantities]


def records(comparison: Comparison) -> Table:
    """What each record is, and its circumstances."""
    base, head = comparison.base, comparison.head
    parts = [
        Part(name="run", base=base.run_id, head=head.run_id),
        Part(name="started", base=base.started_at, head=head.started_at),
        *_parts(base.circumstances, head.circumstances),
    ]
    return _beside("records", "The records", "Part", parts)


def makings(comparison: Comparison) -> Table:
    """What rows were made of, where it differs; once for each service."""
    found: dict[Part, None] = {}
    for row in comparison.rows:
        if row.base is not None and row.head is not None:
            found.update(dict.fromkeys(_makings(row.service, row.base, row.head)))
    return _beside("makings", "What differs", "Service, part", found)


def _table(comparison: Comparison, quantity: Quantity) -> Table:
    unit = f" ({quantity.unit})" if quantity.unit else ""
    decides = ": decides the exit code" if quantity.name == comparison.headline else ""
    return make_table(
        name=f"compare-{quantity.name}",
        title=f"{quantity.title}{unit}, head against base{decides}",
        columns=(
            Column("row", "Service, workload", lambda row: row.name),
            Column("ratio", "Change", _of(lambda one: one.ratio), show=change),
            Column("answer", "Answer", _answer, words=True),
            Column("interval", f"{IN_PERCENT} interval", _interval, wide=True),
            Column("base", "Base", _of(lambda one: one.base), show=three_digits, wide=True),
            Column("head", "Head", _of(lambda one: one.head), show=three_digits, wide=True),
            Column(
                "smallest_effect",
                "Smallest effect",
                _of(lambda one: one.smallest_effect),
                show=size,
                wide=True,
            ),
            Column("values", "Values", _counts, wide=True),
        ),
        rows=comparison.of(quantity.name),
        note=lambda row: None if row.ratio else NOT_COMPARED,
    )


def _of(value: Callable[[Ratio], float | None]) -> Callable[[ComparedRow], Value]:
    return lambda row: value(row.ratio) if row.ratio else None


def _answer(row: ComparedRow) -> str | None:
    return str(row.answer) if row.answer else None


def _interval(row: ComparedRow) -> str | None:
    if row.ratio is not None and row.ratio.spread is Spread.NONE:
        return "too few values"
    return interval(row)


def _counts(row: ComparedRow) -> str:
    """How many values base and head have."""
    return ", ".join(str(len(side.values)) if side else "-" for side in (row.base, row.head))


def _makings(service: str, base: ComparableRow, head: ComparableRow) -> Iterator[Part]:
    for part in _parts(base.made_of, head.made_of):
        if part.base != part.head:
            yield Part(name=f"{service}, {part.name}", base=part.base, head=part.head)


def _parts(base: Mapping[str, str], head: Mapping[str, str]) -> Iterator[Part]:
    for name in dict.fromkeys((*base, *head)):
        yield Part(name=name, base=_short(base.get(name)), head=_short(head.get(name)))


def _short(text: str | None) -> str | None:
    """A shorter text for an image's id."""
    digest = "sha256:"
    return text[len(digest) :][:12] if text and text.startswith(digest) else text


def _beside(name: str, title: str, first: str, parts: Iterable[Part]) -> Table:
    return make_table(
        name=name,
        title=title,
        columns=(
            Column("part", first, lambda part: part.name),
            Column("base", "Base", lambda part: part.base, words=True),
            Column("head", "Head", lambda part: part.head, words=True),
        ),
        rows=parts,
    )
