"""The taxes of a cost table, where the time goes, and what programs and people see of both."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import pytest

from orchestrator.experiments.cost import COST, blank
from orchestrator.experiments.cost.audit import findings
from orchestrator.experiments.cost.document import (
    RECORD,
    SUMMARY,
    cost_files,
    read,
    report_files,
    rows_document,
)
from orchestrator.experiments.cost.page import page
from orchestrator.experiments.cost.parts import TimeParts, handler_cost, time_parts
from orchestrator.experiments.cost.plan import CostPlan
from orchestrator.experiments.cost.record import CostRecord
from orchestrator.experiments.cost.taxes import frameworks, servers, tax_tables
from orchestrator.experiments.cost.time_chart import stacks
from orchestrator.experiments.experiment import Facts
from orchestrator.model.entry import Entry, Interface, ServiceSet
from tests.conftest import ROOT
from tests.unit.examples import container, host, manifest, planned
from tests.unit.experiments.cost.based import JSON_COSTS, TEXT_COSTS, known, with_bases
from tests.unit.experiments.cost.examples import cost_record, launches, part, together


def parts_of(record: CostRecord, workload: str = "json") -> dict[str, TimeParts]:
    return {one.service: one for one in time_parts(record) if one.workload == workload}


def test_a_framework_tax_is_what_it_costs_more_than_its_base() -> None:
    record = with_bases()
    rows = {row.service: row for row in frameworks(record, record.together[0])}
    assert list(rows) == ["bottle", "bottle-fast"]
    bottle = rows["bottle"]
    assert (bottle.base, bottle.base_name) == ("wsgi", "Wsgi")
    assert bottle.tax.difference == pytest.approx(1.5)
    assert bottle.tax.ratio == pytest.approx(1.6)
    assert bottle.tax.pairs == 3


def test_a_tax_is_known_within_its_interval_although_the_machine_drifts() -> None:
    """Costs vary by 13 % together and by 1 to 3 % on their own."""
    drawn = together(services=tuple(JSON_COSTS), launches=launches(12, JSON_COSTS))
    record = with_bases(drawn)
    for row in frameworks(record, record.together[0]):
        assert row.tax.low is not None
        assert row.tax.high is not None
        assert row.tax.low < 1.5 < row.tax.high
        assert row.tax.high - row.tax.low < 0.2


def test_the_servers_of_an_application_are_compared_and_all_bases_with_each_other() -> None:
    record = with_bases()
    found = [(row.application, row.service) for row in servers(record, record.together[0])]
    assert found == [
        ("bases", "wsgi-fast"), ("bases", "wsgi"), ("bottle", "bottle-fast"), ("bottle", "bottle"),
    ]  # fmt: skip
    its = {row.service: row.tax for row in servers(record, record.together[0])}
    assert its["bottle-fast"] is None
    assert its["bottle"] is not None
    assert its["bottle"].difference == pytest.approx(1.0)


def test_a_server_of_another_interface_is_not_compared() -> None:
    """Two bases and two ways to serve Bottle, but no two of them do the same work."""
    record = with_bases()
    parts = tuple(
        replace(one, interface="ASGI" if one.server == "fast" else "WSGI") for one in record.parts
    )
    assert servers(replace(record, parts=parts), record.together[0]) == ()


def test_a_base_that_was_left_out_gives_no_tax() -> None:
    costs = {name: cost for name, cost in JSON_COSTS.items() if name != "wsgi"}
    record = with_bases(known("json", costs))
    assert [row.service for row in frameworks(record, record.together[0])] == ["bottle-fast"]
    assert parts_of(record)["bottle"].framework_us is None
    assert parts_of(record)["bottle"].together_us == pytest.approx(0.75 * 40)


def test_the_parts_of_a_services_time_add_up_to_its_cost() -> None:
    record = with_bases()
    parts = parts_of(record)
    for service, cost in JSON_COSTS.items():
        one = parts[service]
        known_us = (
            one.kernel_us, one.server_us, one.handler_us, one.framework_us, one.together_us,
        )  # fmt: skip
        assert sum(us or 0.0 for us in known_us) == pytest.approx(10 * cost)


def test_each_part_is_what_its_name_says() -> None:
    one = parts_of(with_bases())["bottle"]
    assert one.kernel_us == pytest.approx(0.25 * 40)
    # Bases: 2.5 - 2.0 and 1.5 - 1.0 references of 10 µs, 45 % of them in the kernel.
    assert one.handler_us == pytest.approx(0.55 * 5)
    assert one.server_us == pytest.approx(0.6 * 25 - 0.55 * 5)
    assert one.framework_us == pytest.approx(0.75 * 40 - 0.6 * 25)
    assert one.together_us is None


def test_the_handler_is_the_mean_of_all_bases() -> None:
    text = {**TEXT_COSTS, "wsgi": 1.9}
    record = with_bases(known("json", JSON_COSTS), known("text", text))
    found = handler_cost(record, record.together[0])
    assert found == pytest.approx(0.55 * (0.6 + 0.5) / 2)
    assert handler_cost(record, record.together[1]) is None


def test_what_the_kernel_does_for_a_longer_answer_is_not_the_handlers() -> None:
    """Both bases cost 0.5 references more, all of it in the kernel."""
    programs = {"wsgi": 1.2, "wsgi-fast": 0.5}
    found = []
    for workload, costs in (("json", {"wsgi": 2.5, "wsgi-fast": 1.5}), ("text", TEXT_COSTS)):
        one = known(workload, {name: costs[name] for name in programs})
        system_s = {name: costs[name] - us for name, us in programs.items()}
        split = tuple(
            replace(launch, user_s=programs, system_s=system_s) for launch in one.launches
        )
        found.append(replace(one, launches=split))
    parts = parts_of(with_bases(*found))
    assert parts["wsgi"].handler_us == pytest.approx(0, abs=1e-9)
    assert parts["wsgi"].server_us == pytest.approx(12)
    assert parts["wsgi"].kernel_us == pytest.approx(13)


def test_without_the_kernels_part_the_handlers_holds_all_that_the_bases_spend_more() -> None:
    record = with_bases(
        known("json", JSON_COSTS, kernel=False), known("text", TEXT_COSTS, kernel=False)
    )
    assert parts_of(record)["bottle"].handler_us == pytest.approx(5)


def test_without_text_the_handler_is_in_the_servers_part() -> None:
    one = parts_of(with_bases(known("json", JSON_COSTS)))["wsgi"]
    assert one.handler_us is None
    assert one.server_us == pytest.approx(0.6 * 25)
    assert one.framework_us is None


def test_a_framework_with_its_own_server_has_two_parts() -> None:
    one = parts_of(with_bases())["sanic"]
    assert (one.server_us, one.handler_us, one.framework_us) == (None, None, None)
    assert one.kernel_us == pytest.approx(10)
    assert one.together_us == pytest.approx(10)


def test_where_the_kernel_is_not_told_it_is_in_the_other_parts() -> None:
    record = with_bases(known("json", JSON_COSTS, kernel=False))
    one = parts_of(record)["bottle"]
    assert (one.kernel, one.kernel_us) == (None, None)
    assert (one.server_us, one.framework_us) == pytest.approx((25, 15))
    (drawn,) = stacks(record)
    assert "does not tell the kernel's part" in drawn.text


def test_no_part_is_less_than_nothing() -> None:
    """A service that costs less than its base, as noise may have it."""
    costs = {"wsgi": 2.0, "bottle": 1.9}
    one = parts_of(with_bases(known("json", costs, kernel=False)))["bottle"]
    assert (one.server_us, one.framework_us) == pytest.approx((19, 0))


def test_the_bars_are_stacked_in_the_order_of_the_legend() -> None:
    drawn, _ = stacks(with_bases())
    assert drawn.spec["encoding"]["color"]["scale"]["domain"] == [
        "kernel", "server", "handler", "framework", "server and framework",
    ]  # fmt: skip
    bottle = [row for row in drawn.spec["data"]["values"] if row["framework"] == "Bottle"]
    assert [row["part"] for row in bottle] == ["kernel", "server", "handler", "framework"]
    assert sum(row["us"] for row in bottle) == pytest.approx(40)


def test_people_read_both_taxes_and_where_the_time_goes() -> None:
    text = cost_files(with_bases())[SUMMARY].decode()
    assert "## json: framework tax, what a request costs more than without the framework" in text
    assert "| Bottle | slow | Wsgi | +1.500 | +1.500 to +1.500 | +15.0 |" in text
    assert "## text: server tax, one application on several servers" in text
    assert "| Bottle-fast | fast | WSGI | Bottle-fast | is the cheapest |" in text
    assert "## json: where the CPU time of a request goes" in text
    assert "| Bottle | 25% ± 0% | 10.0 | 12.2 | 2.75 | 15.0 | - |" in text
    assert "Framework tax: what a service costs more than its base" in text


def test_the_text_names_the_workloads_whose_handler_is_known() -> None:
    html = known("html", JSON_COSTS)
    three = with_bases(html, known("json", JSON_COSTS), known("text", TEXT_COSTS))
    for record, said in (
        (three, "part (`html`, `json`): what"),
        (with_bases(), "part (`json`): what"),
    ):
        assert f"The handler's {said} the bases spend more" in cost_files(record)[SUMMARY].decode()


def test_without_a_known_handler_nothing_is_said_of_its_part() -> None:
    for found in (known("json", JSON_COSTS), known("text", TEXT_COSTS)):
        assert "The handler's part" not in cost_files(with_bases(found))[SUMMARY].decode()


def test_the_text_claims_no_more_than_the_intervals_say() -> None:
    text = cost_files(with_bases())[SUMMARY].decode()
    assert "Each has a 95 % interval of its own" in text
    assert "servers are right together" in text
    assert "certain" not in text.split("Framework tax: ")[1].split("Where the time goes")[0]


def test_without_a_base_the_servers_of_an_application_are_compared_all_the_same() -> None:
    costs = {name: JSON_COSTS[name] for name in ("bottle", "bottle-fast", "sanic")}
    record = with_bases(known("json", costs))
    parts = tuple(replace(one, base="") for one in record.parts)
    record = replace(record, parts=parts)
    (table,) = tax_tables(record)
    assert table.name == "server-tax-json"
    assert [row.service for row in servers(record, record.together[0])] == ["bottle-fast", "bottle"]
    text = cost_files(record)[SUMMARY].decode()
    assert "Server tax: what the same application costs" in text
    assert "Framework tax" not in text
    assert "Where the time goes" not in text
    assert stacks(record) == []
    rows = {row["service"]: row for row in rows_document(record)}
    assert rows["bottle"]["server_tax"]["difference"] == pytest.approx(1.0)
    assert (rows["bottle"]["framework_tax"], rows["bottle"]["time"]) == (None, None)
    assert "server_tax" in report_files(record)["cost.csv"]


def test_a_share_near_its_end_shows_how_far_its_interval_reaches() -> None:
    """2, 0, 0 of 100 ticks: the interval is cut at 0, what stands beside the share is not."""
    one = known("json", JSON_COSTS)
    cut = tuple(
        replace(launch, user_s={"wsgi": 100.0 - ticks}, system_s={"wsgi": ticks})
        for launch, ticks in zip(one.launches, (2.0, 0.0, 0.0), strict=True)
    )
    text = cost_files(with_bases(replace(one, launches=cut)))[SUMMARY].decode()
    assert "| Wsgi | 1% ± 3% |" in text


def test_the_page_has_the_tables_and_a_chart_for_each_workload() -> None:
    text = page(with_bases())
    for name in ("framework-tax-json", "server-tax-text", "time", "time-json"):
        assert f'<section id="{name}">' in text
    assert text.count('alt="json. ') == 2
    assert text.count("<picture>") == 4


def test_programs_get_the_taxes_as_members_and_columns() -> None:
    record = with_bases()
    rows = {(row["service"], row["workload"]): row for row in rows_document(record)}
    bottle = rows["bottle", "json"]
    assert bottle["framework_tax"]["base"] == "wsgi"
    assert bottle["framework_tax"]["difference"] == pytest.approx(1.5)
    assert bottle["server_tax"]["cheapest"] == "bottle-fast"
    assert bottle["time"]["framework_us"] == pytest.approx(15)
    assert rows["sanic", "json"]["framework_tax"] is None
    assert rows["bottle-fast", "json"]["server_tax"] == {
        "application": "bottle", "interface": "WSGI", "cheapest": "bottle-fast",
    }  # fmt: skip
    files = report_files(record)
    assert json.loads(files["cost.json"]) == json.loads(json.dumps(rows_document(record)))
    (line,) = (
        row
        for row in csv.DictReader(files["cost.csv"].splitlines())
        if (row["service"], row["workload"]) == ("bottle", "json")
    )
    assert (line["base"], line["cheapest"]) == ("wsgi", "bottle-fast")
    assert float(line["framework_tax"]) == pytest.approx(1.5)
    assert float(line["kernel_us"]) == pytest.approx(10)


def test_without_a_base_nothing_of_this_appears() -> None:
    record = cost_record()
    assert tax_tables(record) == ()
    assert stacks(record) == []
    assert "tax" not in cost_files(record)[SUMMARY].decode()
    assert "framework-tax" not in page(record)
    assert {"framework_tax", "time"}.isdisjoint(rows_document(record)[0])
    assert "framework_tax" not in report_files(record)["cost.csv"]


def test_the_record_can_be_read_again_and_is_sound() -> None:
    record = with_bases()
    assert read(cost_files(record)[RECORD], "here") == record
    assert findings(record) == ()


def test_cpu_time_below_nothing_is_found() -> None:
    first, *others = known("json", JSON_COSTS).launches
    wrong = replace(first, system_s={**first.system_s, "bottle": -0.1})
    one = together(services=tuple(JSON_COSTS), launches=(wrong, *others))
    (found,) = findings(with_bases(one, rows=()))
    assert "bottle: -0.1 s" in found.text


@pytest.mark.parametrize("name", ["cost-2026-11-26-600593", "cost-2026-11-26-a335d6"])
def test_records_without_these_members_are_read_and_have_no_taxes(name: str) -> None:
    record = read((ROOT / "results" / name / RECORD).read_bytes(), name)
    assert {one.base for one in record.parts} == {""}
    assert tax_tables(record) == ()
    assert findings(record) == ()


def test_a_part_knows_its_base_if_that_takes_part() -> None:
    wsgi = manifest("wsgi", sets=(ServiceSet.BASE,), server="slow")
    bottle = manifest("bottle", server="slow")
    other = manifest("flask", server="other", interface=Interface.WSGI)
    entries = tuple(
        Entry(manifest=one, container=container(one.id)) for one in (wsgi, bottle, other)
    )
    for taking_part, base in ((entries, "wsgi"), (entries[1:], "")):
        plan = CostPlan(
            settings=cost_record().settings,
            loading=planned().loading,
            entries=taking_part,
            expectations=(),
        )
        facts = Facts(run_id="cost-1", started_at="2026-03-02T12:00:00Z", command="", host=host())
        record = blank(plan, facts)
        assert record.part("bottle").base == base
        assert record.part("bottle").server == "slow"
        assert record.part("flask").base == ""
    assert COST.name == "cost"
    assert part("bottle").base == ""
