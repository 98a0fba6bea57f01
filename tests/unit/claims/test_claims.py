"""Each claim of the article is upheld, refuted or undecided by small records, with a reason."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.claims import RULES, decide, told_of
from orchestrator.claims.rank_correlation import correlation
from orchestrator.errors import UsageError
from orchestrator.model.published import Claim, ClaimRule, Verdict
from orchestrator.model.record import RunRecord
from orchestrator.model.trial import Caveat, Outcome, Package
from orchestrator.stats.interval import Interval, interval
from tests.unit.claims.examples import (
    CLAIMS,
    RIGHT,
    SERVICES,
    decided,
    record,
    trial,
    world,
)
from tests.unit.examples import (
    open_loop_row,
    resources,
    server,
    trial_record,
)


def latency(value: float, **changes: Any) -> dict[str, Any]:
    return {"open_loop": (open_loop_row(median_ms=value, **changes),)}


OF_THE_NINE = sorted(claim.id for claim in CLAIMS.values() if not claim.apart)


@pytest.mark.parametrize("claim", sorted({*OF_THE_NINE} - {"best-asynchronous"}))
def test_a_record_that_agrees_with_the_article_upholds_its_claims(claim: str) -> None:
    # Three repeats, since "equal within 1.3 %" cannot be upheld with a margin of 30 %.
    found = decided(claim, world(repeats=3))
    assert found.verdict is Verdict.UPHELD, found.text


def test_the_three_best_asynchronous_frameworks_must_be_above_the_others() -> None:
    fast = world({"sanic": 4_000.0, "starlette": 5_000.0})
    assert decided("best-asynchronous", fast).verdict is Verdict.UPHELD
    assert decided("best-asynchronous", world()).verdict is Verdict.UNDECIDED


@pytest.mark.parametrize(
    ("claim", "rates", "changed"),
    [
        ("lowest-median", {}, {"sanic": latency(0.5)}),
        ("best-synchronous", {"bottle": 4_000.0}, {}),
        ("asynchronous-better", {"tornado": 1_000.0}, {}),
        ("best-asynchronous", {"sanic": 20_000.0}, {}),
        ("django-last", {"flask": 300.0, "bottle": 300.0}, {}),
        ("django-slow", {"django": 10_000.0, "aiohttp": 6_000.0, "flask": 2_500.0}, {}),
        ("django-slow", {}, {"django": latency(1.0)}),
        ("micro-much-better", {"django": 2_500.0}, {}),
        ("five-equal", {"sanic": 30_000.0}, {}),
        ("little-memory", {}, {"flask": {"resources": resources(memory_idle_bytes=90_000_000)}}),
        (
            "little-disk",
            {},
            {
                "flask": {
                    "server": server(
                        package=Package(
                            name="flask",
                            version="1",
                            requires_python=None,
                            dependencies=1,
                            install_bytes=40_000_000,
                        )
                    )
                }
            },
        ),
    ],
)
def test_each_claim_can_be_refuted(
    claim: str, rates: dict[str, float], changed: dict[str, dict[str, Any]]
) -> None:
    found = decided(claim, world(rates, changed))
    assert found.verdict is Verdict.REFUTED, found.text


@pytest.mark.parametrize("claim", sorted(CLAIMS))
def test_each_claim_is_undecided_without_the_frameworks_that_it_is_about(claim: str) -> None:
    found = decided(claim, record(trial("flask", 1.0), workloads=("json", "text")))
    assert found.verdict is Verdict.UNDECIDED
    assert "he run has no" in found.text
    assert found.text.endswith(".")


def test_json_against_text_in_the_opposite_order_is_refuted() -> None:
    order = {service: 100.0 * 2**place for place, service in enumerate(SERVICES)}
    run = record(
        *[trial(service, rate) for service, rate in order.items()],
        *[trial(s, 1e7 / rate, workload="text") for s, rate in order.items()],
        workloads=("json", "text"),
    )
    found = decided("json-like-text", run)
    assert (found.verdict, found.numbers["spearman_most"]) == (Verdict.REFUTED, -1.0)
    assert found.text.startswith("The rank correlation of json and text over 9 frameworks is -1.00")


def test_a_rank_correlation_of_lower_bounds_is_undecided() -> None:
    bounds = {service: {"limited_by": "unknown"} for service in ("bottle", "django", "flask")}
    found = decided("json-like-text", world(changed=bounds))
    assert found.verdict is Verdict.UNDECIDED
    assert "with only a lower bound for Bottle (json), Bottle (text), Django (json)" in found.text


def test_rho_is_that_of_the_formula_where_all_ranks_are_certain() -> None:
    def certain(*values: float) -> dict[str, Interval]:
        return {str(n): interval([v] * 3) for n, v in enumerate(values)}

    # Ranks 1 2 3 4 5 and 2 1 4 3 5: sum of d^2 = 4, rho = 1 - 24 / 120.
    assert correlation(certain(9, 8, 7, 6, 5), certain(8, 9, 6, 7, 5)) == (0.8, 0.8)
    least, most = correlation(certain(9, 9, 1), certain(9, 8, 1))
    assert least < 1 == most


def test_a_difference_of_less_than_30_percent_is_not_decided_from_one_repeat() -> None:
    found = decided("best-synchronous", world({"bottle": 3_500.0}))
    assert found.verdict is Verdict.UNDECIDED
    assert "Flask (3,003 requests/s) is not told apart from Bottle (3,503 requests/s)" in found.text
    assert "with fewer than 3 repeats differences below 30 % are not decided" in found.text


def test_three_repeats_that_hardly_vary_decide_the_same_difference() -> None:
    found = decided("best-synchronous", world({"bottle": 3_500.0}, repeats=3))
    assert found.verdict is Verdict.REFUTED
    assert "(told apart by Tukey's test, 5 % for all pairs of a workload)" in found.text


def test_sizes_of_three_repeats_are_told_apart_by_their_ranges() -> None:
    assert (
        "(told apart by the ranges of 6 repeats)" in decided("little-memory", world(repeats=3)).text
    )


def test_three_repeats_that_vary_more_than_they_differ_decide_nothing() -> None:
    rates = {"bottle": (2_000, 2_600, 3_000), "flask": (2_900, 3_300, 3_500)}
    trials = [
        trial(service, rate, repeat)
        for service, values in (rates | {"django": (500,) * 3, "pyramid": (600,) * 3}).items()
        for repeat, rate in enumerate(values, 1)
    ]
    assert decided("best-synchronous", record(*trials)).verdict is Verdict.UNDECIDED


def test_a_lower_bound_can_show_above_but_never_below() -> None:
    above = decided("best-synchronous", world(changed={"flask": {"limited_by": "loadgen-cpu"}}))
    assert above.verdict is Verdict.UPHELD
    assert "Flask (≥ 3,003 requests/s)" in above.text
    assert above.numbers["json.flask.rps_at_least"] == pytest.approx(3_003)
    other = decided(
        "best-synchronous", world(changed={"bottle": {"limited_by": "connection-setup"}})
    )
    assert other.verdict is Verdict.UNDECIDED
    assert "≥: a lower bound, since the server's CPU was not what limited it" in other.text


def test_medians_that_differ_by_less_than_the_lateness_are_undecided() -> None:
    slow = latency(20.0, late_p99_ms=19.0)
    found = decided("django-slow", world(changed={"django": slow}))
    assert found.verdict is Verdict.UNDECIDED
    assert "below the load generator's own lateness are not decided" in found.text


@pytest.mark.parametrize(
    "changes",
    [
        {"limited_by": "loadgen-cpu"},
        {"late_p99_ms": None},
        {"caveats": (Caveat(code="loadgen-busy", text="full", remedy="more CPUs"),)},
    ],
)
def test_with_a_full_load_generator_the_median_has_no_lower_bound(changes: dict[str, Any]) -> None:
    assert decided("django-slow", world(changed={"django": latency(20.0, **changes)})).verdict is (
        Verdict.UNDECIDED
    )


def test_the_median_of_a_server_that_fell_behind_is_a_lower_bound() -> None:
    behind = latency(20.0, limited_by="server-cpu")
    assert decided("django-slow", world(changed={"django": behind})).verdict is Verdict.UPHELD
    assert decided("lowest-median", world(changed={"sanic": behind})).verdict is Verdict.UPHELD


def test_medians_of_a_closed_loop_decide_nothing() -> None:
    without = {service: {"open_loop": ()} for service in SERVICES}
    found = decided("lowest-median", world(changed=without))
    assert found.verdict is Verdict.UNDECIDED
    assert "(measure with --open-loop) of Japronto, Tornado, Aiohttp" in found.text
    shares = {service: latency(5.0, of_capacity=0.5) for service in SERVICES}
    assert decided("lowest-median", world(changed=shares)).verdict is Verdict.UNDECIDED


def test_a_failed_trial_is_missing() -> None:
    found = decided(
        "best-synchronous", world(changed={"bottle": {"outcome": Outcome.FAILED, "hold": None}})
    )
    assert found.verdict is Verdict.UNDECIDED
    assert found.text.count("the run has no measured rate of Bottle") == 2


def test_a_record_without_sizes_says_what_is_missing() -> None:
    old = {service: {"server": server(service.title())} for service in SERVICES}
    found = decided("little-disk", world(changed=old))
    assert found.verdict is Verdict.UNDECIDED
    assert "no size on disk (records of schema 1 do not have it: measure again)" in found.text


def test_a_claim_about_almost_all_allows_one_exception() -> None:
    found = decided("django-last", world({"flask": 300.0}))
    assert found.verdict is Verdict.UPHELD
    assert "but Flask (300 requests/s) is below Django (500 requests/s)" in found.text


def test_a_refuted_or_undecided_workload_decides_the_whole_claim() -> None:
    def run(bottle_text: float) -> RunRecord:
        trials = [trial(s, r) for s, r in RIGHT.items()]
        trials += [
            trial(s, r, workload="text") for s, r in (RIGHT | {"bottle": bottle_text}).items()
        ]
        return record(*trials, workloads=("json", "text"))

    refuted, undecided = (decided("best-synchronous", run(rate)) for rate in (9_000.0, 3_000.0))
    assert refuted.verdict is Verdict.REFUTED
    assert refuted.text.startswith("json, upheld: Flask (3,000 requests/s) is above Bottle")
    assert "; text, refuted: Flask (3,000 requests/s) is below Bottle (9,000" in refuted.text
    assert undecided.verdict is Verdict.UNDECIDED
    assert refuted.workload is None
    assert {"json.flask.rps", "text.bottle.rps"} <= set(refuted.numbers)


def test_a_claim_of_one_workload_names_it() -> None:
    assert decided("five-equal", world()).workload == "text"
    assert decided("little-memory", world()).workload is None


def test_every_rule_has_a_decision_function() -> None:
    assert set(RULES) == set(ClaimRule)


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(UsageError, match="claim x: no rule 'guess'; choose from higher-rate, "):
        decide([Claim(id="x", text="x", rule="guess")], world())


def large_query(django_us: tuple[float, ...], peewee_us: tuple[float, ...]) -> RunRecord:
    """A run of both ORMs with 1,000 rows, by the CPU time of each repeat."""
    trials = (
        trial_record(
            service,
            repeat,
            workload="orm-thousand",
            server=server(framework="orm"),
            resources=resources(cpu_us_per_request=cost),
        )
        for service, costs in (("orm-django", django_us), ("orm-peewee", peewee_us))
        for repeat, cost in enumerate(costs, 1)
    )
    return record(*trials, workloads=("orm-thousand",))


@pytest.mark.parametrize(
    ("django_us", "verdict"),
    [
        ((9_000.0, 9_100.0, 9_050.0), Verdict.UPHELD),
        ((3_000.0, 3_100.0, 3_050.0), Verdict.REFUTED),
        ((5_010.0, 5_120.0, 4_990.0), Verdict.UNDECIDED),
    ],
)
def test_the_cost_of_a_large_query_decides_the_claim_about_orms(
    django_us: tuple[float, ...], verdict: Verdict
) -> None:
    found = decided("django-orm-slower", large_query(django_us, (5_000.0, 5_100.0, 5_050.0)))
    assert found.verdict is verdict, found.text
    assert found.workload == "orm-thousand"
    assert found.numbers["orm-thousand.orm-peewee.cpu_us_per_request"] == 5_050.0
    assert "(5,050 µs of CPU time for a request)" in found.text or verdict is Verdict.UNDECIDED


def test_a_run_leaves_out_the_claims_about_what_it_does_not_have() -> None:
    without, with_it = world(), large_query((1.0,), (1.0,))
    claims = tuple(CLAIMS.values())
    assert [one.id for one in told_of(without, claims)] == [one.id for one in claims[:-1]]
    assert [one.id for one in told_of(with_it, claims)] == ["django-orm-slower"]
    assert decided("django-orm-slower", without).text == (
        "orm-thousand: the run has no usable CPU time of a request of orm-django and orm-peewee."
    )
