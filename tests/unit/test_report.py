"""The report of a run with all that can befall a trial, compared whole with tests/golden/."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from orchestrator.model.record import (
    Caveat,
    Outcome,
    Phase,
    Resources,
    RunRecord,
    TrialRecord,
)
from orchestrator.report.document import report_files
from orchestrator.report.tables import MISSING, Table, csv_text, markdown, tables
from tests.unit.examples import host, planned, run_record, server, totals, trial_record

# What a server can make the record say about it.
HOSTILE = "body is '|x|\\|\r\n## Heading\n- <script>alert(1)</script>'"


def measured(service: str, repeat: int, goodput_rps: float, **changes: object) -> TrialRecord:
    example = trial_record(
        service,
        repeat,
        server=server(
            service.title(),
            python="3.13.1 (main)",
            versions={service: "1.0", "ujson": "5.10.0"},
        ),
        totals=totals(requests=100_000 * repeat, failures=repeat, rps=8_333.333, median_ms=1.2345),
        hold=totals(goodput_rps=goodput_rps, median_ms=0.9876, p99_ms=123.4),
        hold_users=1024,
        breaking_users=2048,
        limited_by="server-cpu",
        resources=Resources(
            cpu_us_per_request=81.4,
            memory_idle_bytes=20_000_000,
            memory_peak_bytes=41_600_000,
            image_bytes=130_000_000,
            start_s=0.5,
            stop_s=0.1,
            throttled_s=0.0,
            oom_killed=False,
            restarts=0,
        ),
    )
    return replace(example, **changes)  # type: ignore[arg-type]


def example_run() -> RunRecord:
    services = ("aiohttp", "django", "flask", "sanic", "tornado")
    plan = planned(services, workloads=("json",), repeats=2)
    slow = Caveat(code="slow-stop", text="needed 2.0 s | to end", remedy="see the README")
    django = server(
        "Django+Gunicorn", keep_alive=False, python="3.13.1 (main)", versions={"django": "5.2"}
    )
    return run_record(
        plan,
        finished_at="2026-03-02T13:00:00Z",
        command="lab run --repeats 2",
        host=host(nofile=20_000, cpu_model=None, lab_commit=None),
        trials=(
            measured("flask", 1, 1_000.0, breaking_users=None, caveats=(slow,)),
            measured("flask", 2, 2_000.0, limited_by="unknown", caveats=(slow,)),
            measured("aiohttp", 1, 10_000.4),
            measured("aiohttp", 2, 10_002.4),
            measured("django", 1, 3_000.0, server=django, resources=None, hold_users=None),
            trial_record("django", 2, server=django, outcome=Outcome.SKIPPED, reason="not run yet"),
            trial_record("sanic", 1, outcome=Outcome.FAILED, phase=Phase.VERIFY, reason=HOSTILE),
            trial_record("sanic", 2, outcome=Outcome.FAILED, phase=Phase.VERIFY, reason=HOSTILE),
            trial_record("tornado", 1, outcome=Outcome.SKIPPED, reason="not run yet"),
            trial_record("tornado", 2, outcome=Outcome.SKIPPED, reason="not run yet"),
        ),
        caveats=(Caveat(code="nofile", text="20000 files", remedy="raise the limit"),),
    )


@pytest.mark.parametrize("name", ["report.md", "json-2019.csv", "json-hold.csv"])
def test_the_files_of_a_report(name: str, golden: Callable[[str, str], None]) -> None:
    golden(name, report_files(example_run())[name])


def test_a_report_has_these_files_and_no_others() -> None:
    plan = planned(("flask",), workloads=("json", "text"))
    assert sorted(report_files(run_record(plan))) == [
        "json-2019.csv",
        "json-hold.csv",
        "report.md",
        "text-2019.csv",
        "text-hold.csv",
    ]


def test_the_same_record_gives_the_same_files() -> None:
    assert report_files(example_run()) == report_files(example_run())


def test_an_interrupted_run_without_any_row_has_a_report() -> None:
    text = report_files(run_record(interrupted=True))["report.md"]
    assert ", interrupted." in text
    assert text.endswith("## Caveats\n\nNone.\n")


def rows(*trials: TrialRecord) -> tuple[dict[str, str], dict[str, str]]:
    published, headline = tables(run_record(planned(workloads=("json",)), trials=trials))
    return (
        dict(zip(published.columns, published.rows[0], strict=True)),
        dict(zip(headline.columns, headline.rows[0], strict=True)),
    )


def test_repeats_become_their_median() -> None:
    published, headline = rows(*(measured("flask", n, 100.0 * n) for n in (1, 2, 6)))
    assert published["Total Request"] == "200,000"
    assert headline["Requests/s"] == "200"


def test_a_failed_repeat_is_no_zero_in_the_median() -> None:
    failed = measured("flask", 2, 1.0, outcome=Outcome.FAILED, reason="x")
    _, headline = rows(measured("flask", 1, 100.0), failed)
    assert headline["Requests/s"] == "100"


@pytest.mark.parametrize(
    ("limited_by", "said"),
    [("server-cpu", "1,000"), ("loadgen-cpu", "≥ 1,000"), (None, "≥ 1,000")],
)
def test_a_rate_that_the_server_did_not_limit_is_at_least(
    limited_by: str | None, said: str
) -> None:
    assert rows(measured("flask", 1, 1_000.0, limited_by=limited_by))[1]["Requests/s"] == said


def test_what_was_not_measured_is_a_dash_and_not_zero() -> None:
    hold = totals(goodput_rps=0.0, median_ms=None, p99_ms=None)
    bare = measured(
        "flask", 1, 0.0, hold=hold, hold_users=None, breaking_users=None, resources=None
    )
    assert list(rows(bare)[1].values()) == [
        "Flask", MISSING, "0", MISSING, MISSING, MISSING, MISSING, MISSING, "server-cpu",
    ]  # fmt: skip


def test_the_fastest_stand_first_and_those_that_failed_last() -> None:
    headline = tables(example_run())[1]
    assert [row[0] for row in headline.rows] == [
        "Aiohttp", "Django+Gunicorn", "Flask", "Sanic", "Tornado",
    ]  # fmt: skip


def test_text_from_outside_stays_in_its_cell() -> None:
    table = Table(title="t", columns=("A", "B"), rows=((HOSTILE, "1"),))
    assert markdown(table).splitlines() == [
        "| A | B |",
        "|---|---:|",
        "| body is '\\|x\\|\\\\\\| ## Heading - &lt;script>alert(1)&lt;/script>' | 1 |",
    ]


def test_csv_quotes_what_csv_must_quote() -> None:
    table = Table(title="t", columns=("A", "B"), rows=(('a,"b"\nc', "1,000"),))
    assert csv_text(table) == 'A,B\n"a,""b""\nc","1,000"\n'
