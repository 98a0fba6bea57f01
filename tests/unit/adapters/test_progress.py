"""Progress messages, in a file and in a terminal."""

from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from orchestrator.adapters.progress import ConsoleProgress
from orchestrator.durations import clock_time
from orchestrator.experiments.load import LOAD
from orchestrator.model.outlook import Outlook
from orchestrator.model.settings import Plan
from orchestrator.model.trial import Outcome, TrialPhase, TrialRecord
from tests.unit.examples import planned, run_record, tick, totals, trial_record


def progress(terminal: bool = False) -> tuple[ConsoleProgress, StringIO]:
    out = StringIO()
    console = Console(
        file=out,
        force_terminal=terminal,
        highlight=False,
        soft_wrap=True,
        width=150,
        color_system=None,
    )
    return ConsoleProgress(console), out


def begun(plan: Plan, done: tuple[TrialRecord, ...] = ()) -> Outlook:
    return LOAD.outlook(plan, run_record(plan, trials=done))


def test_a_run_written_to_a_file_is_plain_lines() -> None:
    shown, out = progress()
    plan = planned(("flask",), workloads=("json",), repeats=2, seed=7)
    shown.run_begins(begun(plan), "results/x/run.json")
    shown.note("image of flask [bold]")
    shown.trial_begins(plan.trials[0])
    shown.tick(tick(), 0.5)
    hold = totals(goodput_rps=12_345.6, median_ms=1.234, p99_ms=150.4, failures=1_000)
    shown.trial_ends(trial_record(hold=hold, limited_by="server-cpu"))
    shown.trial_begins(plan.trials[1])
    shown.trial_ends(
        trial_record(outcome=Outcome.FAILED, phase=TrialPhase.START, reason="[red] refused")
    )
    shown.run_ends()
    assert (
        out.getvalue()
        == """\
2 trials of 3 s, about 0:12: profile smoke, seed 7, server on CPU 1, load on CPU 0, network loopback
record: results/x/run.json
image of flask [bold]
[1/2] Flask json, 0:12 left
[1/2] Flask json: 12,346 req/s, p50 1.23 ms, p99 150 ms, 1,000 failed, limited by server-cpu
[2/2] Flask json repeat 2, 0:06 left
[2/2] Flask json repeat 2: failed in start: [red] refused
"""
    )


def test_a_trial_that_ended_before_its_hold_says_so() -> None:
    shown, out = progress()
    plan = planned(("flask",), workloads=("json",))
    shown.run_begins(begun(plan), "results/x/run.json")
    shown.trial_begins(plan.trials[0])
    shown.trial_ends(trial_record(totals=totals(requests=1_200, failures=3, duration_s=4.0)))
    assert out.getvalue().splitlines()[-1] == (
        "[1/1] Flask json: measured, but without a hold: 1,200 requests in 4 s, 3 failed"
    )


def test_measurements_of_another_method_are_shown() -> None:
    shown, out = progress()
    plan = planned(("flask",))
    shown.run_begins(begun(plan), "results/x/run.json")
    shown.trial_begins(plan.trials[0])
    found = {"startup": {"start_s": 0.51234, "by": "the probe", "unknown": None}}
    shown.trial_ends(trial_record(hold=None, measurements=found))
    assert out.getvalue().endswith("Flask json: start_s 0.51234, by the probe\n")


def test_a_resumed_run_says_what_is_left() -> None:
    shown, out = progress()
    plan = planned(("flask",), repeats=3)
    done = tuple(
        trial_record(workload=t.expectation.workload, repeat=t.repeat) for t in plan.trials[:2]
    )
    shown.run_begins(begun(plan, done), "run.json")
    assert out.getvalue().splitlines()[:2] == [
        "2 trials are measured already",
        "1 trial of 3 s, about 0:06: profile smoke, seed 1, server on CPU 1, load on CPU 0, "
        "network loopback",
    ]


def test_trials_that_are_not_offered_are_told_at_once_and_not_counted_as_measured() -> None:
    shown, out = progress()
    plan = planned(("bottle", "flask"), workloads=("json", "text"), repeats=2, seed=7)
    why = "it has no plain text"
    without = tuple(
        replace(
            trial,
            entry=replace(
                trial.entry, manifest=replace(trial.entry.manifest, not_offered={"text": why})
            ),
        )
        for trial in plan.trials
    )
    shown.run_begins(begun(replace(plan, trials=without)), "results/x/run.json")
    said = out.getvalue().splitlines()
    assert said[0] in (
        f"text is not offered by {names}: {why}" for names in ("Bottle, Flask", "Flask, Bottle")
    )
    assert said[1].startswith("4 trials of 3 s, about 0:24: ")


def test_the_expected_time_of_a_run_includes_the_open_loop() -> None:
    shown, out = progress()
    shown.run_begins(begun(planned(("flask",), open_loop=True)), "run.json")
    assert out.getvalue().startswith("1 trial of 7 s, about 0:10: profile smoke, ")


def test_a_terminal_shows_the_current_load() -> None:
    shown, out = progress(terminal=True)
    plan = planned(("flask",))
    shown.run_begins(begun(plan), "run.json")
    shown.trial_begins(plan.trials[0])
    shown.tick(tick(), 0.987)
    shown.run_ends()
    assert (
        "[1/1] Flask json · 0:05 left · ramp 1,024 users · 4,322 req/s · p50 1.25 ms p99 150 ms "
        "· 3 drops · server CPU 99%"
    ) in out.getvalue()


def test_unknown_values_are_a_dash() -> None:
    shown, out = progress(terminal=True)
    plan = planned(("flask",))
    shown.run_begins(begun(plan), "run.json")
    shown.trial_begins(plan.trials[0])
    shown.tick(replace(tick(), rps=None, p50_ms=None, p99_ms=None), None)
    shown.run_ends()
    assert "- req/s · p50 - p99 - · 3 drops · server CPU -" in out.getvalue()


def test_at_its_end_a_trials_result_replaces_the_live_line() -> None:
    shown, out = progress(terminal=True)
    plan = planned(("flask",))
    shown.run_begins(begun(plan), "run.json")
    shown.trial_begins(plan.trials[0])
    shown.trial_ends(trial_record(hold=totals(), limited_by="unknown"))
    hide, show = "\x1b[?25l", "\x1b[?25h"
    assert out.getvalue().count(hide) == out.getvalue().count(show) == 1
    assert out.getvalue().endswith(
        "[1/1] Flask json: 100 req/s, p50 1.5 ms, p99 3 ms, 0 failed, limited by unknown\n"
    )


def test_a_table_shows_text_from_outside_without_markup() -> None:
    shown, out = progress()
    headings = (("Framework", True), ("Requests/s", False), ("Limited by", True))
    rows = [("[red]Flask", "1,000", "server-cpu"), ("B", "20", "-")]
    shown.table("json [b]", headings, rows)
    assert [line.rstrip() for line in out.getvalue().splitlines()] == [
        "json [b]",
        "",
        "  Framework    Requests/s   Limited by",
        " ──────────────────────────────────────",
        "  [red]Flask        1,000   server-cpu",
        "  B                    20   -",
        "",
    ]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (75, "1:15"), (59.6, "1:00"), (3_725, "1:02:05")]
)
def test_times(seconds: float, text: str) -> None:
    assert clock_time(seconds) == text
