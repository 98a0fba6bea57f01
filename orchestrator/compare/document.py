"""A comparison of two records for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from math import exp
from typing import Any

from orchestrator.compare.comparison import ComparedRow, Comparison
from orchestrator.compare.words import caveats, label
from orchestrator.json_text import indented
from orchestrator.model.comparable import Comparable, ComparableRow


def json_text(comparison: Comparison) -> str:
    """`document` as indented JSON."""
    return indented(document(comparison))


def document(comparison: Comparison) -> dict[str, Any]:
    """What ``lab compare --json`` prints. Ratios are head / base."""
    return {
        "experiment": comparison.base.experiment,
        "base": _record(comparison.base),
        "head": _record(comparison.head),
        "label": label(comparison),
        "differences": [asdict(one) for one in comparison.unequal],
        "same_record": comparison.same_record,
        "headline": comparison.headline,
        "slower": comparison.slower,
        "caveats": list(caveats(comparison)),
        "spreads": {
            name: {
                "deviation": None if spread.deviation is None else exp(spread.deviation) - 1,
                "freedom": spread.freedom,
            }
            for name, spread in comparison.spreads.items()
        },
        "shifts": {name: asdict(shift) for name, shift in comparison.shifts.items()},
        "rows": [_row(row) for row in comparison.rows],
    }


def _record(comparable: Comparable) -> Mapping[str, Any]:
    return {
        "run_id": comparable.run_id,
        "started_at": comparable.started_at,
        "conditions": comparable.conditions,
        "circumstances": comparable.circumstances,
    }


def _row(row: ComparedRow) -> dict[str, Any]:
    known = row.ratio
    return {
        "service": row.service,
        "workload": row.workload,
        "quantity": row.quantity.name,
        "unit": row.quantity.unit,
        "less_is_faster": row.quantity.less_is_faster,
        "answer": known.answer if known else None,
        "ratio": known.ratio if known else None,
        "low": known.low if known else None,
        "high": known.high if known else None,
        "smallest_effect": known.smallest_effect if known else None,
        "spread": known.spread if known else None,
        "freedom": known.freedom if known else None,
        "base": _side(row.base, known.base if known else None),
        "head": _side(row.head, known.head if known else None),
        "why": row.why or None,
        "notes": row.notes,
    }


def _side(row: ComparableRow | None, mean: float | None) -> dict[str, Any] | None:
    """``mean``: the geometric mean of the values."""
    if row is None:
        return None
    return {"mean": mean, "values": row.values, "made_of": row.made_of}
