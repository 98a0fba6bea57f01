"""The audit of a record. An honest record has no finding, also if trials failed."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from orchestrator import codec
from orchestrator.audit.record import audit_record
from orchestrator.model.finding import Finding, Kind
from orchestrator.model.trial import Companion, LocustTotals, Outcome, TrialPhase, TrialRecord
from tests.unit.audit.records import failed, held_twice, measured, run_of
from tests.unit.examples import histogram, trial_record

RUN = Path(__file__).parents[3] / "results/2026-11-23-9dcca8/run.json"


def found(trial: TrialRecord) -> list[tuple[str, str, Any, Any]]:
    return [(f.rule, f.row, f.seen, f.expected) for f in audit_record(run_of(trial))]


def rules(findings: Sequence[Finding]) -> set[str]:
    return {finding.rule for finding in findings}


def test_the_committed_run_of_schema_1_has_no_finding() -> None:
    assert audit_record(codec.decode(RUN.read_bytes(), "run.json")) == ()


HONEST = {
    "measured": measured(),
    "failed at the end": failed(),
    "failed since counts disagree": failed(
        "the lab counted 16010 requests, Locust 16009",
        locust=LocustTotals(requests=16_009, failures=10, rps=1.0, median_ms=1.0),
    ),
    "failed before the load": trial_record(
        outcome=Outcome.FAILED, phase=TrialPhase.START, reason="no answer within 30 s"
    ),
    "held twice": held_twice(),
    "held twice, and the second one is unknown": held_twice(second=None, aside=1),
    "held twice, and both are unknown": held_twice(first=None, second=None),
    "skipped": trial_record(outcome=Outcome.SKIPPED, reason="not run yet"),
    "without the engine's samples": measured(resources=None, limited_by=None),
    "without the client's own clock": replace(
        measured(), steps=tuple(replace(s, in_flight=None) for s in measured().steps)
    ),
}


@pytest.mark.parametrize("trial", HONEST.values(), ids=HONEST.keys())
def test_an_honest_record_has_no_finding(trial: TrialRecord) -> None:
    assert audit_record(run_of(trial)) == ()
    assert audit_record(run_of(trial, interrupted=True, schema=1, contract={})) == ()


def changed(trial: TrialRecord, part: str, **changes: Any) -> TrialRecord:
    return replace(trial, **{part: replace(getattr(trial, part), **changes)})


def test_a_rate_that_was_edited_by_hand_contradicts_the_counts() -> None:
    trial = measured()
    assert trial.totals is not None
    rps = trial.totals.rps
    assert ("rate", "flask json 1", rps * 1.01, rps) in found(
        changed(trial, "totals", rps=rps * 1.01)
    )


@pytest.mark.parametrize("seconds", [0.0, -5.0])
@pytest.mark.parametrize("part", ["totals", "hold", "steps", "open_loop"])
def test_a_duration_must_be_above_zero(part: str, seconds: float) -> None:
    trial, short = measured(), {"duration_s": seconds}
    old: Any = getattr(trial, part)
    one = part in ("totals", "hold")
    new: Any = replace(old, **short) if one else tuple(replace(step, **short) for step in old)
    lasted = [f for f in audit_record(run_of(replace(trial, **{part: new}))) if "lasted" in f.text]
    assert {(f.rule, f.kind, f.seen) for f in lasted} == {("rate", Kind.CONTRADICTION, seconds)}


def test_totals_must_equal_steps_kinds_and_locusts_counts_exactly() -> None:
    trial = measured()
    assert trial.totals is not None
    assert trial.locust is not None
    requests = trial.totals.requests
    lost = changed(trial, "locust", requests=requests - 1)
    assert found(lost) == [("counts", "flask json 1", requests, requests - 1)]
    fewer = replace(trial, failures_by_kind={"reset": 9})
    assert found(fewer) == [("counts", "flask json 1", 10, 9)]
    other = replace(trial, steps=(replace(trial.steps[0], requests=1), *trial.steps[1:]))
    assert ("counts", "flask json 1", requests, requests - trial.steps[0].requests + 1) in found(
        other
    )


def test_breaking_users_are_those_of_the_first_step_with_failures() -> None:
    assert found(measured(breaking_users=8)) == [("counts", "flask json 1", 8, 16)]


def test_a_percentile_that_differs_from_the_histogram_is_found() -> None:
    trial = measured()
    assert trial.hold is not None
    faster = changed(trial, "hold", p99_ms=1.0)
    assert rules(audit_record(run_of(faster))) == {"percentile-order"}
    assert ("percentile-order", "flask json 1, hold", 1.0, pytest.approx(2.0, rel=0.01)) in found(
        faster
    )


def test_a_histogram_of_other_requests_is_found() -> None:
    foreign = measured(histogram=histogram({2_000: 17}))
    assert ("counts", "flask json 1, hold", 8_000, 17) in found(foreign)
    broken = measured(histogram="no histogram")
    assert ("counts", "flask json 1, hold", "no histogram", None) in found(broken)


def test_users_rate_and_latency_of_a_hold_must_fit_littles_law() -> None:
    """8 users who wait 40 ms each cannot get 4,000 answers a second."""
    trial = measured()
    slow = histogram({40_000: 8_000})
    assert trial.hold is not None
    wrong = replace(
        trial,
        histogram=slow,
        hold=replace(
            trial.hold, median_ms=40.0, p90_ms=40.0, p99_ms=40.0, p999_ms=40.0, max_ms=40.0
        ),
    )
    assert ("little", pytest.approx(160, rel=0.01), pytest.approx(8, rel=0.01)) in [
        (rule, seen, expected) for rule, _, seen, expected in found(wrong)
    ]


def test_a_limit_that_does_not_follow_from_its_evidence_is_found() -> None:
    trial = measured(limited_by="loadgen-cpu")
    assert found(trial) == [("verdict", "flask json 1", "loadgen-cpu", "server-cpu")]


@pytest.mark.parametrize(("told", "doubted"), [("unknown", False), ("loadgen-cpu", True)])
def test_a_limit_for_which_there_was_no_word_yet_is_no_doubt(told: str, doubted: bool) -> None:
    trial = measured(companions=(Companion(name="postgres", cpu=0.2, cpu_limit=1.0),))
    waiting = tuple(replace(step, server_cpu=0.8) for step in trial.steps)
    trial = replace(trial, steps=waiting, limited_by=told, limited_by_evidence={"server_cpu": 0.8})
    verdicts = [finding for finding in found(trial) if finding[0] == "verdict"]
    assert verdicts == doubted * [("verdict", "flask json 1", told, "database-wait")]


def test_evidence_that_differs_from_the_trials_numbers_is_found() -> None:
    trial = measured()
    nicer = {**trial.limited_by_evidence, "loadgen_cpu": 0.1}
    assert ("verdict", "flask json 1", 0.1, pytest.approx(0.3)) in found(
        replace(trial, limited_by_evidence=nicer)
    )


def test_a_limit_without_evidence_is_a_doubt() -> None:
    (finding,) = audit_record(run_of(measured(limited_by_evidence={})))
    assert (finding.rule, finding.kind) == ("verdict", Kind.DOUBT)


def test_a_cost_that_was_edited_by_hand_contradicts_cpu_and_rate() -> None:
    trial = measured()
    row = trial.open_loop[0]
    assert row.cpu_us_per_request == pytest.approx(0.97 / 250 * 1e6)
    cheap = replace(row, cpu_us_per_request=1_000.0)
    assert found(replace(trial, open_loop=(cheap,))) == [
        ("counts", "flask json 1, open loop at 250/s", 1_000, pytest.approx(3_880))
    ]


def test_an_open_loop_that_did_not_keep_up_must_not_claim_it() -> None:
    trial = measured()
    slow = replace(trial.open_loop[0], goodput_rps=100.0, cpu_us_per_request=None)
    seen = found(replace(trial, open_loop=(slow,)))
    assert seen == [("verdict", "flask json 1, open loop at 250/s", "schedule", "not schedule")]


def test_a_constant_rate_implies_the_number_of_due_requests() -> None:
    trial = measured()
    fewer = replace(trial.open_loop[0], rate=500.0, limited_by="unknown")
    assert found(replace(trial, open_loop=(fewer,))) == [
        ("counts", "flask json 1, open loop at 500/s", 250, 500)
    ]
    more = replace(trial.open_loop[0], goodput_rps=1_000.0)
    assert ("counts", "flask json 1, open loop at 250/s", 1_000, 250) in found(
        replace(trial, open_loop=(more,))
    )


@pytest.mark.parametrize(
    "trial",
    [
        trial_record(outcome=Outcome.MEASURED),
        trial_record(outcome=Outcome.FAILED),
        measured(outcome=Outcome.SKIPPED),
    ],
    ids=["measured without totals", "failed without a reason", "skipped with totals"],
)
def test_an_outcome_must_fit_the_trials_numbers(trial: TrialRecord) -> None:
    assert {(f.rule, f.kind) for f in audit_record(run_of(trial))} == {
        ("verdict", Kind.CONTRADICTION)
    }


def test_zero_memory_and_negative_cpu_are_found() -> None:
    trial = changed(measured(), "resources", memory_idle_bytes=0, cpu_us_per_request=-1.0)
    assert {(f.rule, f.seen, f.kind) for f in audit_record(run_of(trial))} == {
        ("zero", 0, Kind.DOUBT),
        ("zero", -1, Kind.CONTRADICTION),
    }


def test_four_holds_at_one_rate_are_a_plateau_unless_each_server_was_full() -> None:
    names = ("aiohttp", "japronto", "sanic", "starlette")
    full = [measured(name, 2_000 + i) for i, name in enumerate(names)]
    assert audit_record(run_of(*full)) == ()
    doubtful = [replace(full[0], limited_by="unknown"), *full[1:]]
    assert "plateau" in rules(audit_record(run_of(*doubtful)))


def test_the_same_hold_under_two_names_is_a_copy() -> None:
    twice = run_of(measured("flask", 2_003), measured("sanic", 2_003))
    (finding,) = audit_record(twice)
    assert (finding.rule, finding.row) == ("equal-values", "flask json 1, sanic json 1")
    assert finding.file == "run.json"


def test_a_hold_may_not_be_set_aside_for_one_that_was_disturbed_more() -> None:
    assert found(held_twice(first=0.11, second=0.4)) == [
        ("verdict", "flask json 1, hold", 0.4, 0.11)
    ]


def test_a_hold_may_not_be_set_aside_without_another() -> None:
    trial = held_twice()
    alone = tuple(step for step in trial.steps if step.phase != "hold")
    assert ("verdict", "flask json 1, hold", "disturbed", None) in found(
        replace(trial, steps=alone)
    )
    twice = replace(trial, steps=(*trial.steps, trial.steps[2]))
    assert ("verdict", "flask json 1, hold", 2, 1) in found(twice)
