"""The report of a run with trials of every outcome, compared with tests/golden/."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.app.report import publish
from orchestrator.cli import main
from orchestrator.composition import real_world
from orchestrator.doubts import trial as doubts
from orchestrator.experiments.load import LOAD
from orchestrator.files.results_dir import RunFolder
from orchestrator.model.record import RunRecord
from orchestrator.model.trial import Caveat, OpenLoop, Outcome, TrialPhase, TrialRecord
from orchestrator.report.files import report_files
from orchestrator.report.hold import hold
from orchestrator.report.summary import run_summary
from orchestrator.report.svg import library
from orchestrator.report.table import MISSING, csv_text
from orchestrator.report.tables import tables
from tests.unit.examples import (
    host,
    open_loop_row,
    planned,
    resources,
    run_record,
    server,
    step,
    totals,
    trial_record,
)

# Hostile text that a server can put into the record.
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
        resources=resources(),
    )
    return replace(example, **changes)  # type: ignore[arg-type]


NO_HOLD = doubts.NO_HOLD.seen().caveat
STARVED = Caveat(code="starved-users", text="only 3 of 64 users", remedy="read all_p99_ms")
LATE = Caveat(code="generator-late", text="up to 9 ms late", remedy="choose a lower --rate")


def open_rows(capacity: float) -> tuple[OpenLoop, ...]:
    return (
        open_loop_row(capacity / 4, of_capacity=0.25),
        open_loop_row(capacity / 2, of_capacity=0.5, p99_ms=30.0, max_ms=250.0),
        open_loop_row(),
    )


def example_run() -> RunRecord:
    services = ("aiohttp", "bottle", "django", "flask", "sanic", "tornado")
    plan = planned(services, workloads=("json",), repeats=2, open_loop=True)
    starving = tuple(step(phase="ramp", users=n, caveats=(STARVED,)) for n in (512, 1024))
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
            measured("aiohttp", 1, 10_000.4, open_loop=open_rows(10_000.4)),
            measured("aiohttp", 2, 10_002.4, open_loop=open_rows(10_002.4)),
            measured(
                "bottle",
                1,
                20_000.0,
                limited_by="loadgen-cpu",
                steps=(step(phase="ramp", users=8), *starving),
                open_loop=(
                    open_loop_row(
                        failures=12,
                        unfinished=400,
                        goodput_rps=198.5,
                        p99_ms=1_234.5,
                        max_ms=None,
                        limited_by="connection-setup",
                        caveats=(LATE,),
                    ),
                ),
            ),
            measured("bottle", 2, 20_000.0, limited_by="loadgen-cpu", steps=starving),
            measured("django", 1, 3_000.0, server=django, resources=None, hold_users=None),
            trial_record("django", 2, server=django, outcome=Outcome.SKIPPED, reason="not run yet"),
            trial_record(
                "sanic", 1, outcome=Outcome.FAILED, phase=TrialPhase.VERIFY, reason=HOSTILE
            ),
            trial_record(
                "sanic", 2, outcome=Outcome.FAILED, phase=TrialPhase.VERIFY, reason=HOSTILE
            ),
            trial_record("tornado", 1, outcome=Outcome.SKIPPED, reason="not run yet"),
            trial_record("tornado", 2, outcome=Outcome.SKIPPED, reason="not run yet"),
        ),
        caveats=(Caveat(code="nofile", text="20000 files", remedy="raise the limit"),),
    )


@pytest.mark.parametrize(
    "name",
    [
        "report.md",
        "json-2019.csv",
        "json-hold.csv",
        "json-hold.json",
        "json-open.csv",
        "json-open-shares.csv",
    ],
)
def test_the_files_of_a_report(name: str, golden: Callable[[str, str], None]) -> None:
    golden(name, report_files(example_run())[name])


def test_a_run_without_rows_has_tables_and_no_chart() -> None:
    plan = planned(("flask",), workloads=("json", "text"))
    assert sorted(report_files(run_record(plan))) == [
        "index.html",
        "json-2019.csv",
        "json-2019.json",
        "json-hold.csv",
        "json-hold.json",
        "report.md",
        "text-2019.csv",
        "text-2019.json",
        "text-hold.csv",
        "text-hold.json",
    ]


def test_a_workload_with_an_open_loop_has_a_file_for_it() -> None:
    plan = planned(("flask",), workloads=("json", "text"))
    trials = (
        measured("flask", 1, 1_000.0),
        measured("flask", 1, 1_000.0, workload="text", open_loop=open_rows(1_000.0)),
    )
    files = report_files(run_record(plan, trials=trials))
    assert "text-open.csv" in files
    assert "json-open.csv" not in files


def test_the_same_record_gives_the_same_files() -> None:
    assert report_files(example_run()) == report_files(example_run())


def test_an_interrupted_run_without_rows_has_a_report() -> None:
    text = report_files(run_record(interrupted=True))["report.md"]
    assert ", interrupted." in text
    assert text.endswith("## Caveats\n\nNone.\n")


def rows(*trials: TrialRecord) -> tuple[dict[str, str], dict[str, str]]:
    published, headline = tables(run_record(planned(workloads=("json",)), trials=trials))
    return (
        dict(zip(published.titles, published.shown[0], strict=True)),
        dict(zip(headline.titles, headline.shown[0], strict=True)),
    )


def test_a_row_has_the_median_of_the_repeats() -> None:
    published, headline = rows(*(measured("flask", n, 100.0 * n) for n in (1, 2, 6)))
    assert published["Total Request"] == "200,000"
    assert headline["Requests/s"] == "200"


def test_a_failed_repeat_does_not_count_as_zero_in_the_median() -> None:
    failed = measured("flask", 2, 1.0, outcome=Outcome.FAILED, reason="x")
    _, headline = rows(measured("flask", 1, 100.0), failed)
    assert headline["Requests/s"] == "100"


@pytest.mark.parametrize(
    ("limited_by", "said"),
    [("server-cpu", "1,000"), ("loadgen-cpu", "≥ 1,000"), (None, "≥ 1,000"), ("sun", "≥ 1,000")],
)
def test_a_rate_whose_limit_is_not_the_server_is_a_lower_bound(
    limited_by: str | None, said: str
) -> None:
    assert rows(measured("flask", 1, 1_000.0, limited_by=limited_by))[1]["Requests/s"] == said


def test_missing_values_are_a_dash_and_not_zero() -> None:
    hold = totals(goodput_rps=0.0, median_ms=None, p99_ms=None)
    bare = measured(
        "flask", 1, 0.0, hold=hold, hold_users=None, breaking_users=None, resources=None
    )
    row = rows(bare)[1]
    told = {"Framework": "Flask", "Rank": "1", "Requests/s": "0", "Failed": "0"}
    assert {title: row[title] for title in told} == told
    assert row.pop("Limited by") == "server-cpu"
    assert {row[title] for title in row.keys() - told} == {MISSING}


def test_only_rows_limited_by_the_server_are_ranked_and_stand_above_the_others() -> None:
    headline = tables(example_run())[1]
    assert [row[:2] for row in headline.shown] == [
        ("Aiohttp", "1"),
        ("Django+Gunicorn", "2"),
        ("Bottle", MISSING),
        ("Flask", MISSING),
        ("Sanic", "failed in verify"),
        ("Tornado", "skipped"),
    ]


def test_frameworks_that_cannot_be_told_apart_share_a_range_of_ranks() -> None:
    rates = {"aiohttp": 1_000.0, "bottle": 900.0, "flask": 500.0}  # 10 % apart, measured once
    trials = tuple(measured(service, 1, rate) for service, rate in rates.items())
    headline = tables(run_record(planned(tuple(rates), workloads=("json",)), trials=trials))[1]
    assert [row[:2] for row in headline.shown] == [
        ("Aiohttp", "1-2"),
        ("Bottle", "1-2"),
        ("Flask", "3"),
    ]


def test_with_three_repeats_their_spread_decides() -> None:
    rates = {"aiohttp": (1_000.0, 1_010.0, 1_020.0), "bottle": (970.0, 980.0, 990.0)}
    trials = tuple(
        measured(service, n, rate)
        for service, three in rates.items()
        for n, rate in enumerate(three)
    )
    plan = planned(tuple(rates), workloads=("json",), repeats=3)
    headline = tables(run_record(plan, trials=trials))[1]
    assert [row[:2] for row in headline.shown] == [("Aiohttp", "1"), ("Bottle", "2")]
    assert {"Low", "High"} <= set(headline.titles)


def test_rows_with_only_a_lower_bound_have_no_interval() -> None:
    rates = {"aiohttp": (1_000.0, 1_010.0), "bottle": (800.0, 805.0), "flask": (500.0, 505.0)}
    trials = [measured(s, n, rate) for s, two in rates.items() for n, rate in enumerate(two)]
    bound = [measured("sanic", n, 900.0, limited_by="loadgen-cpu") for n in (0, 1)]
    plan = planned((*rates, "sanic"), workloads=("json",), repeats=2)
    headline = tables(run_record(plan, trials=(*trials, *bound)))[1]
    low, high = headline.titles.index("Low"), headline.titles.index("High")
    shown = {row[0]: (row[1], row[low], row[high]) for row in headline.shown}
    assert shown["Sanic"] == (MISSING, MISSING, MISSING)
    assert shown["Flask"][0] == "3"
    assert MISSING not in shown["Flask"]


def test_failures_of_a_repeat_are_not_averaged() -> None:
    ends = ((None, 0, 8), (512, 0, 64), (None, 40, 8))
    trials = tuple(
        measured(
            "flask",
            n,
            1_000.0,
            breaking_users=drops,
            hold=totals(goodput_rps=1_000.0, failures=failures),
            hold_users=users,
        )
        for n, (drops, failures, users) in enumerate(ends)
    )
    plan = planned(workloads=("json",), repeats=3)
    _, headline, *_ = tables(run_record(plan, trials=trials))
    row = dict(zip(headline.titles, headline.shown[0], strict=True))
    assert (row["Drops from"], row["Failed"], row["Users"]) == ("512", "40", "8-64")
    assert "8..64" in csv_text(headline)  # a spreadsheet would read 8-64 as a date


@pytest.mark.parametrize("limited_by", ["errors", "memory"])
def test_a_rate_limited_by_errors_or_memory_is_no_lower_bound(limited_by: str) -> None:
    row = rows(measured("flask", 1, 1_000.0, limited_by=limited_by))[1]
    assert (row["Rank"], row["Requests/s"]) == (MISSING, "1,000")


def test_a_percentile_of_too_few_requests_is_missing() -> None:
    few = open_loop_row(requests=499)
    many = open_loop_row(requests=6_000)
    for row, said in ((few, MISSING), (many, "4.00")):
        trial = measured("flask", 1, 1.0, open_loop=(row,))
        table = tables(run_record(planned(workloads=("json",)), trials=(trial,)))[2]
        shown = dict(zip(table.titles, table.shown[0], strict=True))
        assert shown["p99.9 (ms)"] == said
        assert shown["p99 (ms)"] == "3.00"


def test_a_failed_trial_has_no_row_of_the_open_loop() -> None:
    failed = measured("flask", 1, 1.0, outcome=Outcome.FAILED, reason="x", open_loop=open_rows(1.0))
    assert len(tables(run_record(planned(workloads=("json",)), trials=(failed,)))) == 2


def test_a_failed_trial_tells_why_it_failed_and_no_doubts_about_numbers() -> None:
    paused = doubts.INTERVENTION.seen(whose="the server's", actions="pause").caveat
    starved = (step(caveats=(STARVED,)),)
    failed = measured("flask", 1, 1.0, outcome=Outcome.FAILED, reason="it ended", steps=starved)
    failed = replace(failed, phase=TrialPhase.LOAD, caveats=(STARVED, paused))
    said = run_summary(run_record(planned(workloads=("json",)), trials=(failed,)))
    assert "- Flask json: failed in load: it ended" in said
    assert paused.text in said
    assert STARVED.code not in said


def test_the_open_loop_of_repeats_has_medians_and_all_limits() -> None:
    trials = tuple(
        measured("flask", n, 1.0, open_loop=(open_loop_row(p99_ms=p99, limited_by=limit),))
        for n, p99, limit in ((1, 3.0, "schedule"), (2, 9.0, "server-cpu"), (3, 4.0, "schedule"))
    )
    table = tables(run_record(planned(workloads=("json",), repeats=3), trials=trials))[2]
    (row,) = (dict(zip(table.titles, row, strict=True)) for row in table.shown)
    assert (row["p99 (ms)"], row["Limited by"]) == ("4.00", "schedule, server-cpu")


def test_names_from_outside_cannot_add_markup_to_any_file() -> None:
    hostile = "<img src=x onerror=alert(1)></script><script>alert(1)</script>"
    hold = measured("flask", 1, 1.0, server=server(hostile, versions={hostile: hostile}))
    files = report_files(run_record(planned(workloads=("json",)), trials=(hold,)))
    for name, text in files.items():
        if name.endswith((".html", ".svg", ".md")):
            assert "<img src=x" not in text, name
            assert "<script>alert" not in text, name


def unheld(service: str, repeat: int = 1, caveats: tuple[Caveat, ...] = (NO_HOLD,)) -> TrialRecord:
    """A trial that was measured, but ended before its hold."""
    return measured(service, repeat, 0.0, hold=None, hold_users=None, limited_by="unknown",
                    caveats=caveats)  # fmt: skip


@pytest.mark.parametrize("said", [(NO_HOLD,), ()], ids=["said", "of an older lab"])
def test_a_trial_without_a_hold_has_a_row_with_its_reason_everywhere(
    said: tuple[Caveat, ...],
) -> None:
    plan = planned(("aiohttp", "flask"), workloads=("json",))
    trials = (unheld("aiohttp", caveats=said), measured("flask", 1, 1_000.0))
    record = run_record(plan, trials=trials)
    whole, held = tables(record)[:2]
    assert [row[:2] for row in whole.shown] == [("Aiohttp", "100,000"), ("Flask", "100,000")]
    assert [row[:4] for row in held.shown] == [
        ("Flask", "1", "1,024", "1,000"),
        ("Aiohttp", "no hold", "-", "-"),
    ]
    files = report_files(record)
    for text in (files["report.md"], files["index.html"], run_summary(record)):
        assert "no hold" in text
        assert NO_HOLD.text in text
        assert NO_HOLD.remedy in text
        assert text.count(NO_HOLD.text) == (2 if text is files["index.html"] else 1)
        assert "None" not in text.split("<script", 1)[0].replace("None.", "")


def test_with_a_repeat_without_a_hold_there_is_no_rank() -> None:
    plan = planned(("flask",), workloads=("json",), repeats=2)
    both = run_record(plan, trials=(measured("flask", 1, 1_000.0), measured("flask", 2, 1_000.0)))
    one = run_record(plan, trials=(measured("flask", 1, 1_000.0), unheld("flask", 2)))
    assert [hold(record, "json").places[0].ranked for record in (both, one)] == [True, False]
    assert [hold(record, "json").table.shown[0][1] for record in (both, one)] == ["1", "-"]


OBEYED = "a\x1b[2Jb\x00\x85\u202e\uffff\n"


def obeyed(record: RunRecord) -> RunRecord:
    """A record as in memory during a run: text from containers and the host is unchanged."""
    trial = measured("flask", 1, 1_000.0, limited_by=OBEYED, caveats=(
        Caveat(code=OBEYED, text=OBEYED, remedy=OBEYED),
    ))  # fmt: skip
    return replace(record, command=OBEYED, host=host(kernel=OBEYED, os=OBEYED), trials=(trial,))


def test_no_file_and_no_summary_has_control_characters() -> None:
    record = obeyed(run_record(planned(("flask",), workloads=("json",))))
    files = {**report_files(record), "summary": run_summary(record)}
    found = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ufffe\uffff]")
    told = {name: text.replace(library(), "") for name, text in files.items()}
    assert {name for name, text in told.items() if found.search(text)} == set()


def test_a_report_after_a_run_equals_one_from_the_saved_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = obeyed(run_record(planned(("flask",), workloads=("json",))))
    record = replace(record, trials=(trial_record(outcome=Outcome.FAILED, reason=OBEYED),))
    folder = RunFolder(tmp_path / "a-run")
    folder.create()
    folder.save(LOAD.saved.files(record), finished=True)
    publish(real_world(), LOAD, record, folder, tmp_path)
    first = {path.name: path.read_bytes() for path in (folder.path / "report").iterdir()}
    assert main(["report", "a-run", "--results", str(tmp_path)]) == 0
    again = {path.name: path.read_bytes() for path in (folder.path / "report").iterdir()}
    assert first == again
    assert "\x1b" not in capsys.readouterr().out


def test_what_was_stolen_has_a_column_if_it_is_known() -> None:
    plan = planned(("flask", "sanic"), workloads=("json",), repeats=2)
    seen: tuple[dict[str, float], ...] = (
        {"server_steal": 0.02, "loadgen_steal": 0.12},
        {"server_steal": 0.04},
        {},
    )
    known = [
        measured(service, repeat, 1_000.0, limited_by_evidence=evidence)
        for service, repeat, evidence in (
            ("flask", 1, seen[0]),
            ("flask", 2, seen[1]),
            ("sanic", 1, seen[2]),
            ("sanic", 2, seen[2]),
        )
    ]
    files = report_files(run_record(plan, trials=tuple(known)))
    rows = json.loads(files["json-hold.json"])["rows"]
    assert {row["framework"]: row["steal"] for row in rows} == {"Flask": 0.12, "Sanic": None}
    assert "| Stolen |" in files["report.md"]
    assert "Stolen: the largest share of the server" in files["index.html"]
    unknown = report_files(run_record(plan, trials=tuple(known[2:])))
    assert "Stolen" not in unknown["report.md"]
    assert "Stolen" not in unknown["index.html"]
