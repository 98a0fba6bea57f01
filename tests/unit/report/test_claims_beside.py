"""The claims of two runs stand beside each other, with the reasons where verdicts differ."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.model.published import Claim, Decision, Verdict
from orchestrator.report.claims import Decided, claims_document, claims_markdown
from tests.unit.examples import run_record, server, settings, trial_record

CLAIMS = [
    Claim(id="best", text="Flask | is the best.", rule="higher-rate"),
    Claim(id="small", text="Flask is small.", rule="less-disk"),
]


def run(set_name: str | None, *verdicts: Verdict) -> Decided:
    record = run_record(
        run_id=f"run-{set_name or 'named'}",
        settings=settings(set_name=set_name),
        trials=(trial_record(),),
    )
    decisions = (
        Decision(claim=claim, verdict=verdict, workload=None, text=f"{set_name} says {verdict}.")
        for claim, verdict in zip(CLAIMS, verdicts, strict=True)
    )
    return Decided(record=record, decisions=tuple(decisions))


THEN = run("2019", Verdict.REFUTED, Verdict.UPHELD)
NOW = run("production", Verdict.DEPENDS, Verdict.UPHELD)


def test_the_verdicts_of_two_runs_stand_side_by_side_under_their_sets() -> None:
    text = claims_markdown(THEN, NOW)
    assert "**1 of 2 verdicts differ.**" in text
    assert "| Claim | 2019 | production | Differs |" in text
    assert "| Flask \\| is the best. | refuted | depends on the server | yes |" in text
    assert "| Flask is small. | upheld | upheld | no |" in text


def test_a_verdict_that_differs_has_both_reasons_and_no_other_has_any() -> None:
    reasons = claims_markdown(THEN, NOW).partition("## Why they differ\n")[2]
    assert "- 2019, refuted: 2019 says refuted.\n" in reasons
    assert "- production, depends on the server: production says depends on the server.\n" in (
        reasons
    )
    assert "small" not in reasons


def test_equal_verdicts_need_no_reasons() -> None:
    assert "Why they differ" not in claims_markdown(THEN, THEN)


def test_a_run_of_named_services_is_called_by_its_id() -> None:
    text = claims_markdown(run(None, Verdict.UPHELD, Verdict.UPHELD), NOW)
    assert "| Claim | run-named | production | Differs |" in text
    assert "Services named one by one." in text


def test_nothing_is_said_of_the_services_of_a_run_that_is_older_than_sets() -> None:
    old = run(None, Verdict.UPHELD, Verdict.UPHELD)
    trials = (trial_record(server=server(framework="")),)
    text = claims_markdown(replace(old, record=replace(old.record, trials=trials)), None)
    assert "- run-named: profile smoke, one trial of each row.\n" in text


def test_two_runs_of_one_set_are_told_apart_by_their_ids() -> None:
    base = run("2019", Verdict.REFUTED, Verdict.UPHELD)
    head = run("2019", Verdict.UPHELD, Verdict.UPHELD)
    head = replace(head, record=replace(head.record, run_id="run-later"))
    text = claims_markdown(base, head)
    assert "| Claim | 2019 (run-2019) | 2019 (run-later) | Differs |" in text
    assert "- 2019 (run-2019), refuted: " in text
    assert "- 2019 (run-later), upheld: " in text


def test_one_run_alone_shows_each_claim_with_its_reason() -> None:
    text = claims_markdown(THEN, None)
    assert "| Flask is small. | upheld | 2019 says upheld. |" in text
    assert claims_document(THEN, None)[1] == {
        "claim": "small",
        "run": "run-2019",
        "verdict": Verdict.UPHELD,
        "text": "2019 says upheld.",
        "numbers": {},
    }


def test_programs_learn_which_verdicts_differ() -> None:
    assert [one["changed"] for one in claims_document(THEN, NOW)] == [True, False]
