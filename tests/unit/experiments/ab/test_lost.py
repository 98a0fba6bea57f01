"""A launch that fails is lost; two in a row end the comparison."""

from dataclasses import replace

import pytest

from orchestrator.bench.servers_failed import ServersFailed
from orchestrator.doubts.launches import LASTED_MOST, of_launches
from orchestrator.errors import TrialFailed
from orchestrator.experiments.ab.document import ab_files, answer_document, read
from orchestrator.experiments.ab.explained import caveats
from orchestrator.experiments.ab.launch import ORDERS, ROLES
from orchestrator.experiments.ab.lost import side_of, without
from orchestrator.experiments.ab.summary import markdown_summary
from tests.unit.experiments.ab.examples import ab_record, failed, launches

RESET = ServersFailed({"head": TrialFailed("1 of 80 requests failed: 1 reset")})


def test_a_launch_that_failed_is_kept_as_lost_and_the_comparison_goes_on() -> None:
    record = ab_record(launches=launches(3))
    record = without(record, 7, record.measured_s[-1] + 2, RESET)
    assert len(record.launches) == 3
    (one,) = record.lost
    assert (one.seed, one.side) == (7, "head")
    assert "1 reset" in one.reason
    assert read(ab_files(record)["ab.json"], "here") == record
    assert any("One of 4 launches was lost: head failed" in text for text in caveats(record))
    assert "was lost: head failed" in markdown_summary(record)


def test_two_in_a_row_end_it_but_two_apart_do_not() -> None:
    record = ab_record(launches=launches(3))
    last_s = record.measured_s[-1]
    record = without(record, 7, last_s + 2, RESET)
    with pytest.raises(ServersFailed):
        without(record, 8, last_s + 4, RESET)
    (more,) = launches(1)
    record = replace(record, launches=(*record.launches, replace(more, at_s=last_s + 6)))
    assert len(without(record, 9, last_s + 8, RESET).lost) == 2


def test_the_first_launch_must_not_fail() -> None:
    with pytest.raises(ServersFailed):
        without(ab_record(launches=()), 7, 2.0, RESET)


@pytest.mark.parametrize(
    ("failure", "side"),
    [
        (RESET, "head"),
        (ServersFailed({"again": TrialFailed("it ended")}), "base"),
        (ServersFailed({"base": TrialFailed("a"), "again": TrialFailed("b")}), "base"),
        (ServersFailed({"base": TrialFailed("a"), "head": TrialFailed("b")}), ""),
        (TrialFailed("the client ended"), ""),
    ],
)
def test_whose_failure_it_is(failure: TrialFailed, side: str) -> None:
    assert side_of(failure) == side


def test_a_comparison_that_failed_has_no_answer_whatever_was_measured_before() -> None:
    record = failed(launches=launches(24, effect=0.05))
    document = answer_document(record)
    assert document["answer"] is document["ratio"] is None
    assert document["launches"] == 24
    assert "Not compared" in markdown_summary(record)


def test_launches_that_did_not_go_as_planned_are_a_doubt() -> None:
    slow, full, fine = launches(3)
    record = ab_record(
        launches=(
            replace(slow, lasted=LASTED_MOST + 0.1, idle=0.5),
            replace(full, lasted=1.01, idle=0.05),
            replace(fine, lasted=1.01, idle=0.5),
        )
    )
    told = " ".join(caveats(record))
    assert "In 1 of 3 launches a slice took more than 1.2 times as long as planned" in told
    assert "In 1 of 3 launches the load generator had almost no CPU time left" in told
    assert list(of_launches(launches(3))) == []  # of older records, nothing is known


def test_in_three_launches_each_container_has_each_place_once() -> None:
    for block in (ORDERS[:3], ORDERS[3:]):
        for places in zip(*block, strict=True):
            assert sorted(places) == sorted(ROLES)
    assert len(set(ORDERS)) == 6
