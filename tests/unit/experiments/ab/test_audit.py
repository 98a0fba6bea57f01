"""Numbers of a comparison that cannot be."""

from dataclasses import replace

import pytest

from orchestrator.experiments.ab.audit import findings
from orchestrator.experiments.ab.record import ABRecord, ClosedPair, Launch
from orchestrator.model.finding import Kind
from tests.unit.experiments.ab.examples import ab_record, by_instructions, counts, launches


def first(**changes: object) -> tuple[Launch, ...]:
    """Launches whose first one has these parts."""
    one, *others = launches(3)
    return (replace(one, **changes), *others)  # type: ignore[arg-type]


def closed(**changes: float) -> tuple[ClosedPair, ...]:
    pair = launches(1)[0].closed[0]
    return (replace(pair, head=replace(pair.head, **changes)),)


def test_a_good_comparison_has_no_findings() -> None:
    assert findings(ab_record()) == ()
    assert findings(by_instructions()) == ()


@pytest.mark.parametrize(
    ("record", "row", "rule"),
    [
        (
            ab_record(launches=first(slices=(replace(launches(1)[0].slices[0], head_us=0.0),))),
            "launch 1",
            "counts",
        ),
        (
            ab_record(
                launches=first(slices=(replace(launches(1)[0].slices[0], base_us=float("nan")),))
            ),
            "launch 1",
            "counts",
        ),
        (ab_record(launches=first(slices=())), "launch 1", "counts"),
        (ab_record(launches=first(closed=closed(rps=0.0))), "launch 1", "counts"),
        (ab_record(launches=first(at_s=9.0)), "launch 2", "time"),
        (
            by_instructions(counts=(*counts(2), replace(counts(1)[0], at_s=99.0, again=-1.0))),
            "count 3",
            "counts",
        ),
    ],
    ids=["zero", "no number", "no slice", "no throughput", "time goes back", "negative count"],
)
def test_what_cannot_be_is_a_contradiction(record: ABRecord, row: str, rule: str) -> None:
    (finding,) = findings(record)
    assert (finding.row, finding.rule, finding.kind) == (row, rule, Kind.CONTRADICTION)
