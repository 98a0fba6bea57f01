"""A claim about a framework that a run serves in several ways is decided like against like."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from orchestrator.claims import RULES
from orchestrator.claims.choices import choices
from orchestrator.model.published import Claim, Decision, Verdict
from orchestrator.model.record import RunRecord
from orchestrator.model.trial import TrialRecord
from tests.unit.claims.examples import CLAIMS, RIGHT, decided, record, trial, world

FLASK_BEST = Claim(
    id="flask-best",
    text="Flask serves more than Bottle and Pyramid.",
    rule="higher-rate",
    services=("flask",),
    others=("bottle", "pyramid"),
)
SAME_ORDER = Claim(
    id="same-order",
    text="The order is the same.",
    rule="rank-correlation",
    services=("bottle", "flask", "pyramid"),
    workloads=("json", "text"),
)
GTHREAD = "gunicorn gthread worker"


def served(framework: str, way: str, rate: float, server_text: str, **changes: Any) -> TrialRecord:
    """A trial of another way to serve a framework."""
    one = trial(framework, rate)
    facts = replace(
        one.server, name=f"{one.server.name} on {way}", server=server_text, framework=framework
    )
    return replace(one, service=f"{framework}-{way}", server=facts, **changes)


def production(*, flask_on_waitress: float) -> RunRecord:
    """Bottle, Flask and Pyramid on two servers each, Django on one of these and on another."""
    others = (trial(name, RIGHT[name]) for name in ("aiohttp", "sanic", "starlette", "tornado"))
    return record(
        *others,
        served("flask", "gunicorn", 3_000.0, GTHREAD),
        served("flask", "waitress", flask_on_waitress, "waitress"),
        served("bottle", "gunicorn", 2_000.0, GTHREAD),
        served("bottle", "waitress", 1_500.0, "waitress"),
        served("pyramid", "gunicorn", 1_200.0, GTHREAD),
        served("pyramid", "waitress", 1_000.0, "waitress"),
        served("django", "threads", 500.0, GTHREAD),
        served("django", "uvicorn", 400.0, "uvicorn"),
    )


def opposite_on_waitress() -> RunRecord:
    """Text has the order of JSON on gunicorn, and the opposite order on waitress."""
    json = production(flask_on_waitress=2_500.0).trials
    rates = {"flask-waitress": 900.0, "bottle-waitress": 1_500.0, "pyramid-waitress": 2_600.0}
    text = tuple(
        replace(
            one,
            workload="text",
            hold=replace(one.hold, goodput_rps=rates.get(one.service, one.hold.goodput_rps)),
        )
        for one in json
        if one.hold
    )
    return record(*json, *text, workloads=("json", "text"))


def rows(claim: Claim, run: RunRecord) -> dict[str, set[str]]:
    return {one.server: set(one.rows.values()) for one in choices(claim, run)}


def test_frameworks_without_a_row_of_their_name_are_judged_on_each_server_that_all_have() -> None:
    found = decided(FLASK_BEST, production(flask_on_waitress=2_500.0))
    assert found.verdict is Verdict.UPHELD
    assert "Flask on gunicorn (3,000 requests/s) is above" in found.text
    assert (
        f"Rows with {GTHREAD}: bottle-gunicorn, flask-gunicorn and pyramid-gunicorn." in found.text
    )
    assert (
        "The same with waitress (bottle-waitress, flask-waitress and pyramid-waitress)."
        in found.text
    )
    assert found.claim is FLASK_BEST
    assert found.numbers["json.flask-waitress.rps"] == 2_500.0


@pytest.mark.parametrize(
    "claim", [c for c in CLAIMS.values() if "django" in (*c.services, *c.others)]
)
def test_a_server_that_one_of_the_frameworks_lacks_decides_nothing(claim: Claim) -> None:
    shared = rows(claim, production(flask_on_waitress=300.0))
    several = {"bottle", "flask", "pyramid"} & {*claim.services, *claim.others}
    assert several
    assert list(shared) == [GTHREAD]
    assert {"django-threads", *(f"{name}-gunicorn" for name in several)} <= shared[GTHREAD]


def test_the_names_of_ways_decide_nothing() -> None:
    run = production(flask_on_waitress=350.0)

    def renamed(one: TrialRecord) -> TrialRecord:
        framework, dash, way = one.service.partition("-")
        return replace(one, service=f"{framework}{dash}{way[::-1]}")

    other = replace(run, trials=tuple(renamed(one) for one in run.trials))
    above_django = replace(FLASK_BEST, others=("django",))
    for claim in (above_django, FLASK_BEST, *CLAIMS.values()):
        assert decided(claim, run).verdict is decided(claim, other).verdict


def test_two_rows_on_one_server_each_make_a_choice() -> None:
    run = record(
        served("flask", "a", 3_000.0, "waitress"),
        served("flask", "b", 300.0, "waitress"),
        trial("bottle", 2_000.0),
        trial("pyramid", 1_200.0),
    )
    found = decided(FLASK_BEST, run)
    assert found.verdict is Verdict.DEPENDS
    assert "With waitress (flask-a), upheld" in found.text
    assert "With waitress (flask-b), refuted" in found.text


def test_frameworks_that_share_no_server_are_not_compared() -> None:
    run = record(
        served("flask", "waitress", 3_000.0, "waitress"),
        served("flask", "granian", 3_000.0, "granian"),
        served("bottle", "gunicorn", 200.0, GTHREAD),
        served("bottle", "gevent", 200.0, "gevent"),
        trial("pyramid", 1_200.0),
    )
    found = decided(FLASK_BEST, run)
    assert found.verdict is Verdict.UNDECIDED
    assert found.text == (
        "The run serves bottle and flask in several ways, but there is no server on which it "
        "serves all of them."
    )


def test_numbers_of_no_single_row_have_the_server_before_their_name() -> None:
    found = decided(SAME_ORDER, opposite_on_waitress())
    assert found.verdict is Verdict.DEPENDS
    assert found.numbers["waitress.spearman_most"] == -1.0
    assert found.numbers[f"{GTHREAD}.spearman_most"] == 1.0
    assert not {"spearman_least", "spearman_most"} & found.numbers.keys()


def test_no_number_of_a_choice_is_lost_behind_that_of_another() -> None:
    run = opposite_on_waitress()
    for claim in (SAME_ORDER, FLASK_BEST, *CLAIMS.values()):
        found = choices(claim, run)
        told = decided(claim, run).numbers
        for choice in found:
            for name, value in _alone(choice.applied(claim), run).numbers.items():
                assert value in (told.get(name), told.get(f"{choice.server}.{name}"))


def _alone(claim: Claim, run: RunRecord) -> Decision:
    return RULES[claim.rule](claim, run)


def test_a_claim_that_one_server_upholds_and_another_refutes_depends_on_it() -> None:
    found = decided(FLASK_BEST, production(flask_on_waitress=300.0))
    assert found.verdict is Verdict.DEPENDS
    assert found.text.startswith(f"With {GTHREAD} (bottle-gunicorn, flask-gunicorn and ")
    assert "pyramid-gunicorn), upheld: json: Flask on gunicorn" in found.text
    assert "pyramid-waitress), refuted: json: Flask on waitress (300 requests/s) is below" in (
        found.text
    )


def test_a_claim_that_one_server_leaves_open_is_undecided() -> None:
    found = decided(FLASK_BEST, production(flask_on_waitress=1_500.0))
    assert found.verdict is Verdict.UNDECIDED
    assert "upheld: json: Flask on gunicorn" in found.text
    assert "undecided: json: Flask on waitress" in found.text


def test_the_row_of_a_frameworks_own_name_stands_for_it() -> None:
    of_all = (*world().trials, *production(flask_on_waitress=300.0).trials)
    whole = replace(world(), trials=of_all)
    found = decided("best-synchronous", whole)
    assert found.verdict is decided("best-synchronous", world()).verdict
    assert "text, upheld: Flask (3,003 requests/s) is above Bottle (2,002 requests/s)" in found.text
    assert "waitress" not in found.text


def test_a_claim_names_a_framework_that_the_run_does_not_serve() -> None:
    found = decided("asynchronous-better", production(flask_on_waitress=2_500.0))
    assert found.verdict is Verdict.UNDECIDED
    assert "the run has no measured rate of japronto" in found.text
