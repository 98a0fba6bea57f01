"""A comparison's files, made only from its record: the record as JSON, and a summary to read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import msgspec

from orchestrator.codec import decoded, readable
from orchestrator.doubts.host import of_base, of_cpus, of_neighbours, of_steal
from orchestrator.errors import UsageError
from orchestrator.experiments.ab.answer import beside, found
from orchestrator.experiments.ab.record import AB_SCHEMA, ABRecord, Side
from orchestrator.experiments.ab.tables import ratios, sides
from orchestrator.experiments.ab.words import sentence
from orchestrator.report.place import where
from orchestrator.report.table import code, markdown, one_line
from orchestrator.words import printable

RECORD, PAGE = "ab.json", "ab.md"


def ab_files(record: ABRecord) -> dict[str, bytes]:
    """File name -> content. The JSON holds every slice, and the answer derived from them."""
    document = {**readable(record), "answer": answer_document(record)}
    text = msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
    return {RECORD: text, PAGE: printable("\n".join(_document(record))).encode()}


def answer_document(record: ABRecord) -> dict[str, Any]:
    """What ``lab ab --json`` prints. Ratios are head / base of the cost of a request."""
    known, closed = found(record), beside(record)
    units = record.launches or record.counts
    return {
        "answer": known.answer if known else None,
        "ratio": known.cost.ratio if known else None,
        "low": known.cost.low if known else None,
        "high": known.cost.high if known else None,
        "same_within": known.same_within if known else None,
        "smallest_effect": known.smallest_effect if known else None,
        "aa_ratio": known.again.ratio if known else None,
        "aa_low": known.again.low if known else None,
        "aa_high": known.again.high if known else None,
        "launches": len(units),
        "seconds": units[-1].at_s if units else 0.0,
        "by": record.counted_by or str(record.settings.by),
        "beside": asdict(closed) if closed else None,
        "base": _side(record.settings.base, record.base),
        "head": _side(record.settings.head, record.head),
        "failure": asdict(record.failure) if record.failure else None,
    }


def _side(text: str, side: Side | None) -> dict[str, Any]:
    if side is None:
        return {"side": text}
    return {
        "side": text,
        "image": side.image,
        "base_image": side.base_image,
        "origin": side.origin,
        "python": side.python,
        "versions": side.versions,
    }


def read(text: bytes, where: str) -> ABRecord:
    """Decode the record from its JSON.

    Raises:
        UsageError: it is not a comparison of this schema; names ``where``.
    """
    record = decoded(text, ABRecord, where, "comparison")
    if record.schema != AB_SCHEMA:
        raise UsageError(
            f"{where}: comparison of schema {record.schema}; this version of the lab reads "
            f"{AB_SCHEMA}"
        )
    return record


def _document(record: ABRecord) -> Iterator[str]:
    ended = "" if record.finished_at else ", not finished"
    yield f"# A/B {record.run_id}\n"
    yield f"**{one_line(sentence(record))}**\n"
    yield f"{code(record.command)}, started {record.started_at}"
    yield f"{', interrupted' if record.interrupted else ended}.\n"
    yield markdown(ratios(record))
    yield f"## {sides(record).title}\n"
    yield markdown(sides(record))
    yield "## Where\n"
    yield from (f"- {one_line(line)}" for line in where(record.host, record.layout))
    yield ""
    found = list(caveats(record))
    if found:
        yield "## Caveats\n"
        yield from (f"- {text}" for text in found)
    yield ""


def caveats(record: ABRecord) -> Iterator[str]:
    """What a reader must know to interpret the answer, in words."""
    for doubt in (
        *of_cpus(record.layout),
        *of_steal(record.host),
        *of_neighbours([one_line(name) for name in record.neighbours]),
    ):
        yield doubt.sentence
    bases = dict.fromkeys(side.base_image for side in (record.base, record.head) if side)
    for base in bases:
        yield from (doubt.sentence for doubt in of_base(one_line(base), "Base image"))
