"""What people read of a comparison: sentences and tables."""

from dataclasses import replace

import pytest

from orchestrator.experiments.ab.explained import caveats, circumstances, consequences, reading
from orchestrator.experiments.ab.record import ABRecord, Counts, Failure, Lost
from orchestrator.experiments.ab.tables import ratios, sides
from orchestrator.experiments.ab.words import brief, sentence, so_far, summary
from orchestrator.model.trial import TrialPhase
from orchestrator.report.change import change, size
from tests.unit.experiments.ab.examples import (
    ab_record,
    ab_settings,
    by_instructions,
    counts,
    exact_launches,
    failed,
    launches,
    side,
)

EXACT = ab_record(launches=exact_launches())


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (1.021, "+2.10 %"),
        (0.5, "-50.00 %"),
        (1.0001, "+0.01 %"),
        (1.00002, "+0.002 %"),
        (0.99998, "-0.002 %"),
        (1.0, "0.00 %"),
        (1.000001, "0.00 %"),
    ],
)
def test_a_ratio_is_shown_as_a_change(ratio: float, text: str) -> None:
    assert change(ratio) == text
    assert size(ratio - 1) == text.lstrip("+-")


@pytest.mark.parametrize(
    ("record", "begin", "end"),
    [
        (
            ab_record(launches=exact_launches(head=1.05)),
            "slower: head needs 5.00",
            " % more CPU time for a request than base (95 % interval +",
        ),
        (
            ab_record(launches=exact_launches(head=0.95)),
            "faster: head needs 5.00",
            " % less CPU time for a request than base (95 % interval -",
        ),
        (ab_record(launches=launches(80)), "same within 0.", ": head needs 0."),
        (ab_record(launches=launches(8)), "undecided: head seems to need ", " (95 % interval -"),
        (
            ab_record(launches=launches(1)),
            "undecided: head seems to need ",
            " (too few launches for an interval)",
        ),
        (
            by_instructions(counts=counts(effect=-0.01)),
            "faster: head needs ",
            " % fewer instructions for a request than base (",
        ),
        (
            by_instructions(counts=counts(1)),
            "undecided: head seems to need ",
            " (too few hash seeds for an interval)",
        ),
        (
            by_instructions(counts=(Counts(seed=1, at_s=1.0, base=1e6, again=1e6, head=1e6),) * 3),
            "same within 0.00 %: head needs as many instructions for a request as base (",
            "0.00 % to 0.00 %)",
        ),
    ],
)
def test_the_answer_is_a_sentence(record: ABRecord, begin: str, end: str) -> None:
    assert sentence(record).startswith(begin)
    assert end in sentence(record)


def test_the_summary_says_how_far_to_trust_the_answer() -> None:
    assert summary(EXACT) == (
        "Slower: head needs 2.00 % more CPU time for a request than base (ratio 1.0200, "
        "95 % interval +1.28 % to +2.72 %), after 24 launches in 60 s; these data could have shown "
        "a difference of 0.71 % or more"
    )
    assert "after 5 hash seeds in 60 s" in summary(by_instructions())
    assert "after 1 launch in 2 s" in summary(ab_record(launches=launches(1)))


@pytest.mark.parametrize(
    ("phase", "side_name", "said"),
    [
        (TrialPhase.BUILD, "head", "head could not be built"),
        (TrialPhase.START, "base", "base did not start"),
        (TrialPhase.VERIFY, "head", "head does not keep the contract"),
        (TrialPhase.LOAD, "", "the load failed"),
    ],
)
def test_a_failure_names_the_side_and_what_it_could_not(
    phase: TrialPhase, side_name: str, said: str
) -> None:
    record = failed(failure=Failure(side=side_name, phase=phase, reason="a reason"))
    assert sentence(record) == f"not compared: {said}: a reason"
    assert summary(record) == f"Not compared: {said}: a reason"


def test_nothing_measured_yet_is_said() -> None:
    nothing = ab_record(launches=())
    assert sentence(nothing) == "not compared: nothing was measured"
    assert so_far(nothing) == "nothing measured yet"
    assert list(consequences(nothing)) == []
    assert ratios(nothing).shown == ()


def test_the_state_after_a_launch_is_one_line() -> None:
    assert so_far(EXACT) == (
        "24 launches in 60 s: head +2.00 % (95 % interval +1.28 % to +2.72 %); "
        "A/A 0.00 % (-0.35 % to +0.35 %): slower"
    )
    assert so_far(ab_record(launches=exact_launches(1))) == (
        "1 launch in 2 s: head +3.03 % (too few launches for an interval); A/A +0.50 %: undecided"
    )


@pytest.mark.parametrize(
    ("tolerated", "said"),
    [
        (0.0, []),
        (0.03, ["This is certainly more than the 3 % that `--fail-above` tolerates."]),
        (0.05, ["Whether this is more than the 5 % that `--fail-above` tolerates is undecided."]),
        (0.1, ["This is certainly not more than the 10 % that `--fail-above` tolerates."]),
    ],
)
def test_a_slow_down_is_compared_in_words(tolerated: float, said: list[str]) -> None:
    settings = ab_settings(fail_above=tolerated)
    assert list(consequences(ab_record(settings=settings, launches=launches(40, 0.05)))) == said


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (ab_record(launches=launches(1)), "There are too few launches for an interval."),
        (
            ab_record(launches=launches(8)),
            "The interval contains 0 %, but it is too wide for `same`: it reaches beyond 1 %.",
        ),
        (
            ab_record(launches=launches(40, 0.05, again=0.06)),
            "The interval does not contain 0 %, but the A/A pair could differ as much: +",
        ),
    ],
)
def test_an_undecided_comparison_says_why(record: ABRecord, why: str) -> None:
    (said,) = consequences(record)
    assert said.startswith(why)
    assert said.endswith(" A longer `--budget` narrows the intervals.")


def test_each_ratio_is_a_row_with_its_interval() -> None:
    table = ratios(EXACT)
    assert table.title.startswith("flask, json: slower: head needs ")
    assert [row[0] for row in table.shown] == [
        "CPU time for a request",
        "A/A: base against base",
        "throughput, closed loop",
        "p50, closed loop",
        "p99, closed loop",
    ]
    assert table.shown[0][1:] == ("+2.00 %", "+1.28 % to +2.72 %", "1.03 %", "24")
    few = ratios(ab_record(launches=launches(1)))
    assert few.shown[0][2:] == ("too few launches", "-", "1")


def test_instructions_have_rows_of_hash_seeds() -> None:
    table = ratios(by_instructions())
    assert table.titles[-2:] == ("Spread of hash seeds", "Hash seeds")
    assert [row[0] for row in table.shown] == [
        "instructions for a request",
        "A/A: base against base",
    ]
    assert ratios(by_instructions(counts=counts(1))).shown[0][2] == "too few hash seeds"


def test_the_sides_show_only_versions_that_differ() -> None:
    newer = side("flask==3.1.2", "3.1.2")
    head = replace(newer, versions={**newer.versions, "blinker": "1.9.0"})
    shown = {row[0]: row[1:] for row in sides(ab_record(head=head)).shown}
    assert shown["flask"] == ("3.0.3", "3.1.2")
    assert shown["blinker"] == ("-", "1.9.0")
    assert not {"ujson", "werkzeug"} & set(shown)
    assert shown["image"] == ("303000000000", "312000000000")


def test_the_sides_of_a_comparison_that_failed_are_as_they_were_given() -> None:
    assert sides(failed()).shown == (("side", "flask==3.0.3", "flask==9.9.9"),)


def test_only_instructions_are_read_with_what_they_cannot_see() -> None:
    def unseen(record: ABRecord) -> bool:
        return "They do not show the kernel's work, stalls for memory, or waiting" in " ".join(
            reading(record)
        )

    assert unseen(by_instructions())
    assert not unseen(ab_record())


def test_the_circumstances_name_the_pace_and_the_counter() -> None:
    assert "180 requests to each server in each slice, 3,000 requests/s together" in list(
        circumstances(ab_record())
    )
    counted = list(circumstances(by_instructions()))
    assert "instructions counted by callgrind" in counted
    assert "2,000 requests to each server in each count" in counted


def test_doubts_are_caveats() -> None:
    assert list(caveats(ab_record())) == []
    record = ab_record(launches=launches(40, again=0.06), neighbours=("other",))
    disturbed = replace(
        record,
        host=replace(record.host, steal=0.2),
        layout=replace(record.layout, shared=True),
        head=side("x", "1", base_image="bootstrapped: x"),
    )
    said = " ".join(caveats(disturbed))
    assert "shared one CPU" in said
    assert "A hypervisor took 20.0% of the CPU time." in said
    assert "at the same time: other." in said
    assert "the base image is not the official one: bootstrapped: x." in said
    assert "The A/A pair differs: +" in said


@pytest.mark.parametrize(
    ("record", "parts"),
    [
        pytest.param(
            ab_record(launches=exact_launches(head=1.05)),
            ("slower, +5.00 % (+4.", " %), 24 launches in 60 s"),
            id="nothing is tolerated",
        ),
        pytest.param(
            ab_record(launches=exact_launches(head=1.05), settings=ab_settings(fail_above=0.03)),
            ("slower, +5.00 % (", " %), more than the 3 % that is tolerated, 24 "),
            id="more than is tolerated",
        ),
        pytest.param(
            ab_record(launches=exact_launches(head=1.05), settings=ab_settings(fail_above=0.05)),
            ("slower, ", ", perhaps more than the 5 % that is tolerated, "),
            id="around what is tolerated",
        ),
        pytest.param(
            ab_record(launches=exact_launches(head=1.05), settings=ab_settings(fail_above=0.2)),
            ("slower, ", ", not more than the 20 % that is tolerated, "),
            id="less than is tolerated",
        ),
        pytest.param(
            ab_record(launches=launches(8), settings=ab_settings(fail_above=0.05)),
            ("undecided, ", " %), not more than the 5 % that is tolerated, 8 launches"),
            id="undecided, but good enough",
        ),
        pytest.param(
            ab_record(launches=launches(8), settings=ab_settings(fail_above=0.0001)),
            ("undecided, ", " %), perhaps more than the 0.01 % that is tolerated, 8 launches"),
            id="undecided",
        ),
        pytest.param(
            ab_record(launches=launches(1), interrupted=True),
            ("undecided, ", " % (too few launches for an interval), 1 launch in 2 s, interrupted"),
            id="too few",
        ),
        pytest.param(
            ab_record(launches=launches(80, again=0.1)),
            ("but the base differs from itself: repeat the comparison",),
            id="the A/A pair differs",
        ),
        pytest.param(
            ab_record(lost=(Lost(seed=1, at_s=9.0, side="head", reason="a reset"),)),
            (" s, 1 more failed",),
            id="a launch was lost",
        ),
        pytest.param(failed(), ("not compared: head could not be built: pip found no",), id="no"),
    ],
)
def test_an_answer_in_half_a_line(record: ABRecord, parts: tuple[str, ...]) -> None:
    said = brief(record)
    assert [part for part in parts if part not in said] == [], said
    assert "\n" not in said
