"""A run that counts instructions, with fakes: rows, documents, failures, the audit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from labwire.slices import Served, Slice
from orchestrator.errors import EnvironmentMissing, TrialFailed, UsageError
from orchestrator.experiments.carry_out import carried_out
from orchestrator.experiments.instructions import INSTRUCTIONS, all_well
from orchestrator.experiments.instructions.audit import findings
from orchestrator.experiments.instructions.document import (
    PAGE,
    RECORD,
    instructions_files,
    read,
    rows_document,
)
from orchestrator.experiments.instructions.plan import InstructionsPlan, problems
from orchestrator.experiments.instructions.record import (
    InstructionsRecord,
    InstructionsSettings,
    SeedCount,
    ServiceCounts,
)
from orchestrator.experiments.instructions.rows import correlation, count_row
from orchestrator.experiments.instructions.taxes import frameworks, servers
from orchestrator.model.catalogue import Names
from orchestrator.model.counted_by import CountedBy
from tests.fakes import FakeContainer, FakeEngine, FakeGenerator, Journal, fake_bench
from tests.unit.examples import LAYOUT, answer, host, planned, probe

SETTINGS = InstructionsSettings(
    services=("flask",), workload="json", seeds=2, repeats=2, requests=100
)


def count(seed: int, instructions: float) -> SeedCount:
    return SeedCount(seed=seed, instructions_per_request=instructions, wall_s=4.0)


COUNTS = (count(0, 1000.0), count(0, 1002.0), count(1, 1010.0), count(1, 1010.0))


def service(**changes: Any) -> ServiceCounts:
    example = ServiceCounts(
        service="flask",
        name="Flask",
        base="official",
        counts=COUNTS,
        cpu_us_per_request=(210.0, 190.0, 200.0),
        note="Counted with another parser.",
    )
    return replace(example, **changes)


def instructions_record(**changes: Any) -> InstructionsRecord:
    example = InstructionsRecord(
        schema=1,
        run_id="instructions-2026-03-02-abcdef",
        started_at="2026-03-02T12:00:00Z",
        finished_at="2026-03-02T12:01:00Z",
        command="lab instructions flask --seeds 2 --repeats 2",
        settings=SETTINGS,
        host=host(),
        layout=LAYOUT,
        by=CountedBy.CALLGRIND,
        services=(service(),),
    )
    return replace(example, **changes)


def test_a_row_is_the_mean_of_the_seeds_with_their_range() -> None:
    row = count_row(service())
    assert row.instructions_per_request == pytest.approx((1001 + 1010) / 2)
    assert (row.low, row.high, row.seeds) == (1001.0, 1010.0, 2)
    assert row.repeat_spread == pytest.approx(2 / 1001)
    # The standard deviation of two values is their difference / sqrt(2).
    assert row.seed_spread == pytest.approx(9 / 2**0.5 / 1005.5)
    assert row.cpu_us_per_request == 200.0


def test_what_was_not_measured_is_missing_and_not_zero() -> None:
    row = count_row(service(counts=COUNTS[:1], cpu_us_per_request=()))
    assert row.instructions_per_request == 1000.0
    assert row.repeat_spread is row.seed_spread is row.cpu_us_per_request is None
    none = count_row(service(counts=(), reason="start: refused"))
    assert none.instructions_per_request is none.low is none.high is none.wall_s is None


def test_services_are_correlated_by_factors() -> None:
    rows = [
        count_row(service(counts=(count(0, 10.0**power),), cpu_us_per_request=(2.0**power,)))
        for power in (4, 5, 6)
    ]
    assert correlation(rows) == pytest.approx(1.0)
    assert correlation(rows[:2]) is None
    assert correlation([*rows[:2], count_row(service(counts=()))]) is None


def test_the_json_has_the_names_that_programs_rely_on() -> None:
    (told,) = rows_document(instructions_record())
    expected = {
        "service": "flask",
        "workload": "json",
        "instructions_per_request": 1005.5,
        "low": 1001.0,
        "high": 1010.0,
        "requests": 100,
        "seeds": 2,
        "by": "callgrind",
    }
    assert {name: told[name] for name in expected} == expected


def test_the_record_is_read_back_as_it_was_written() -> None:
    record = instructions_record()
    files = instructions_files(record)
    assert read(files[RECORD], RECORD) == record
    page = files[PAGE].decode()
    assert "| Flask | 1,006 | 1,001 to 1,010 | 2 | 0.200% |" in page
    assert "They do not see the kernel" in page
    assert "- Flask: Counted with another parser." in page
    assert msgspec.json.decode(files[RECORD])["rows"][0]["instructions_per_request"] == 1005.5


def test_the_page_says_what_made_the_cpu_time_doubtful() -> None:
    page = instructions_files(instructions_record())[PAGE].decode()
    assert "CPU steal: 0.0% of the time of all CPUs" in page
    assert "hypervisor" not in page
    disturbed = instructions_record(
        host=host(steal=0.25), layout=replace(LAYOUT, shared=True), neighbours=("database",)
    )
    page = instructions_files(disturbed)[PAGE].decode()
    assert "CPU steal: 25.0% of the time of all CPUs" in page
    assert "- A hypervisor took 25.0% of the CPU time." in page
    assert "- Server and clients shared one CPU" in page
    assert "database" in page
    unknown = instructions_record(host=host(steal=None))
    assert "CPU steal: unknown" in instructions_files(unknown)[PAGE].decode()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (service(counts=(*COUNTS, count(1, 1010.0))), "5 counts, but 4 were asked"),
        (service(counts=(count(0, 0.0),)), "every cost is above 0"),
        (service(counts=(count(2, 1000.0),)), "hash seed 2"),
        (service(cpu_us_per_request=(-1.0,)), "every cost is above 0"),
    ],
)
def test_the_audit_finds_counts_that_cannot_be(changed: ServiceCounts, said: str) -> None:
    (found,) = findings(instructions_record(services=(changed,)))
    assert said in found.text
    assert findings(instructions_record()) == ()


def test_every_problem_of_the_settings_is_said() -> None:
    settings = replace(
        SETTINGS, services=("nothing",), workload="none", seeds=0, repeats=0, requests=1
    )
    assert len(problems(settings, Names(services=("flask",), workloads=("json",)))) == 5


def slices(times: int) -> list[Slice]:
    served = Served(requests=100, failures={}, completed=100, connects=4, histogram="")
    return [Slice(servers=(served,), duration_s=0.5, idle=0.5)] * times


def run(
    server: FakeContainer,
    journal: Journal,
    save: Callable[[InstructionsRecord], InstructionsRecord] = lambda record: record,
    **engine: Any,
) -> InstructionsRecord:
    known = planned()
    plan = InstructionsPlan(settings=SETTINGS, loading=known.loading, trials=known.trials[:1])
    bench = fake_bench(
        journal,
        {"flask": server},
        FakeGenerator(journal, saturated=slices(5)),
        engine=FakeEngine(journal, {"flask": server}, **engine),
    )
    blank = instructions_record(services=(), by=None, finished_at=None)
    return carried_out(INSTRUCTIONS, plan, blank, bench, save)


def flask(journal: Journal, **changes: Any) -> FakeContainer:
    (trial,) = planned().trials[:1]
    reply = answer(trial.expectation)
    times = [1.0, 1.5, 2.0, 2.01, 3.0, 3.02, 4.0, 4.03, 5.0, 5.04]
    example: dict[str, Any] = {"reply": reply, "instructions": 50_000, "cpu_s": times}
    return FakeContainer("flask", probe(), journal=journal, **(example | changes))


@pytest.mark.parametrize("by", CountedBy)
def test_each_seed_is_counted_as_often_as_asked(by: CountedBy) -> None:
    journal: Journal = []
    record = run(flask(journal), journal, counts_by=by)
    (found,) = record.services
    assert record.by is by
    assert [one.seed for one in found.counts] == [0, 0, 1, 1]
    assert {one.instructions_per_request for one in found.counts} == {500.0}
    # The first slice warms the server up.
    assert found.cpu_us_per_request == pytest.approx((100.0, 200.0, 300.0, 400.0))
    assert all_well(record)
    assert record.finished_at is not None
    built = "build flask:variant with valgrind" in journal
    assert built is (by is CountedBy.CALLGRIND)


def test_a_failure_becomes_a_row_with_its_reason() -> None:
    journal: Journal = []
    record = run(flask(journal, instructions=TrialFailed("one ended")), journal)
    (found,) = record.services
    assert found.reason == "load: one ended"
    assert found.counts == ()
    assert not all_well(record)
    assert "failed in load: one ended" in INSTRUCTIONS.shown.tables(record)[0].shown[0][1]


def test_an_error_of_the_lab_keeps_its_words() -> None:
    journal: Journal = []
    (found,) = run(flask(journal, instructions=UsageError("a wrong file")), journal).services
    assert (found.reason, found.log_tail) == ("load: a wrong file", None)


def test_without_an_engine_the_run_ends_and_its_counts_are_saved() -> None:
    journal: Journal = []
    saved: list[InstructionsRecord] = []

    def save(record: InstructionsRecord) -> InstructionsRecord:
        saved.append(record)
        return record

    gone = EnvironmentMissing("no engine answers")
    with pytest.raises(EnvironmentMissing, match=r"^no engine answers$"):
        run(flask(journal, cpu_s=[gone]), journal, save)
    assert len(saved[-1].services[0].counts) == 4
    assert saved[-1].finished_at is None


def test_counts_stay_if_the_cpu_time_could_not_be_measured() -> None:
    journal: Journal = []
    (found,) = run(flask(journal, cpu_s=()), journal).services
    assert len(found.counts) == 4
    assert found.reason == "load: flask does not run"


def test_valgrind_that_cannot_be_installed_is_a_failure_of_the_build() -> None:
    journal: Journal = []
    record = run(flask(journal), journal, broken={"flask": TrialFailed("no mirror")})
    assert record.services[0].reason == "build: no mirror"


def with_base(*bottle: float, **changes: Any) -> InstructionsRecord:
    """A base, and Bottle with these counts, one for each hash seed; two repeats of the first."""
    counted = [
        service(
            service=name,
            name=name.capitalize(),
            counts=tuple(count(seed, one) for seed, one in pairs),
            cpu_us_per_request=(200.0 + len(name),),
            note="",
            framework=framework,
            server=server,
            base_service=base,
        )
        for name, framework, server, base, pairs in (
            ("wsgi", "wsgi", "wsgiref", "wsgi", ((0, 990.0), (0, 1010.0), (1, 1100.0), (2, 900.0))),
            ("bottle", "bottle", "wsgiref", "wsgi", tuple(enumerate(bottle))),
            ("bottle-fast", "bottle", "fast", "", ((0, 1200.0), (1, 1300.0), (2, 1100.0))),
        )
    ]
    return instructions_record(services=tuple(counted), **changes)


def test_a_framework_tax_is_paired_by_hash_seed() -> None:
    """Seeds move both counts by 10 %, and the difference not at all."""
    record = with_base(1500.0, 1600.0, 1400.0)
    (row,) = frameworks(record)
    assert (row.service, row.base) == ("bottle", "wsgi")
    assert (row.tax.difference, row.tax.low, row.tax.high) == pytest.approx((500, 500, 500))
    assert row.tax.pairs == 3


def test_a_seed_that_only_one_of_both_has_makes_no_pair() -> None:
    (row,) = frameworks(with_base(1500.0, 1600.0))
    assert row.tax.pairs == 2


def test_the_servers_of_an_application_are_compared_by_instructions() -> None:
    found = {row.service: row.tax for row in servers(with_base(1500.0, 1600.0, 1400.0))}
    assert list(found) == ["bottle-fast", "bottle"]
    assert found["bottle-fast"] is None
    assert found["bottle"] is not None
    assert found["bottle"].difference == pytest.approx(300)


def test_people_and_programs_get_both_taxes() -> None:
    record = with_base(1500.0, 1600.0, 1400.0)
    page = instructions_files(record)[PAGE].decode()
    assert "## json: framework tax" in page
    assert "| Bottle | wsgiref | Wsgi | +500 | +500 to +500 | 1.503 |" in page
    assert "## json: server tax" in page
    rows = {row["service"]: row for row in rows_document(record)}
    assert rows["bottle"]["framework_tax"]["difference"] == pytest.approx(500)
    assert rows["wsgi"]["framework_tax"] is None
    assert rows["bottle"]["server_tax"]["cheapest"] == "bottle-fast"
    assert read(instructions_files(record)[RECORD], RECORD) == record


def test_without_a_base_the_servers_are_compared_all_the_same() -> None:
    counted = with_base(1500.0, 1600.0, 1400.0)
    without = tuple(replace(one, base_service="") for one in counted.services[1:])
    record = replace(counted, services=without)
    page = instructions_files(record)[PAGE].decode()
    assert "## json: server tax" in page
    assert "Server tax: what" in page
    assert "ramework tax" not in page
    rows = {row["service"]: row for row in rows_document(record)}
    assert rows["bottle"]["server_tax"]["difference"] == pytest.approx(300)
    assert rows["bottle"]["framework_tax"] is None


def test_without_a_base_or_a_second_server_there_are_no_taxes() -> None:
    record = instructions_record()
    assert "tax" not in instructions_files(record)[PAGE].decode().lower()
    assert "framework_tax" not in rows_document(record)[0]
