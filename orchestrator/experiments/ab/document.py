"""A comparison's files that are saved after each step: the record as JSON, and its summary."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from orchestrator.codec import decoded_of_schema, readable
from orchestrator.experiments.ab.answer import beside, found
from orchestrator.experiments.ab.record import AB_SCHEMA, ABRecord, Side
from orchestrator.experiments.ab.summary import markdown_summary
from orchestrator.json_text import indented
from orchestrator.words import printable

RECORD, SUMMARY = "ab.json", "ab.md"


def ab_files(record: ABRecord) -> dict[str, bytes]:
    """File name -> content. The JSON holds every slice, and the answer derived from them."""
    document = {**readable(record), "answer": answer_document(record)}
    return {
        RECORD: indented(document).encode(),
        SUMMARY: printable(markdown_summary(record)).encode(),
    }


def answer_document(record: ABRecord) -> dict[str, Any]:
    """What ``lab ab --json`` prints. Ratios are head / base of the cost of a request.

    A comparison that failed has no answer, whatever its launches before that showed.
    """
    known, closed = None if record.failure else found(record), beside(record)
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
        "lost": len(record.lost),
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
    return decoded_of_schema(text, ABRecord, where, "comparison", newest=AB_SCHEMA)
