"""The whole path: `lab run` of two services through real Locust containers, and what it leaves."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import docker
import pytest

from orchestrator.adapters.docker_engine import RUN

ROOT = Path(__file__).parents[2]
TWO = ["flask", "starlette"]


def lab(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "orchestrator", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.fixture(scope="module", params=["loopback", "bridge"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    results = tmp_path_factory.mktemp(request.param)
    options = ["--profile", "smoke", "--seed", "1", "--network", request.param, "--rate", "100"]
    done = lab("run", *TWO, *options, "--results", str(results))
    assert done.returncode == 0, done.stdout + done.stderr
    (record,) = results.glob("*/run.json")
    return record.parent, json.loads(record.read_text()), done.stdout


def test_every_trial_is_measured(run: Any) -> None:
    _, record, _ = run
    trials = record["trials"]
    assert sorted((t["service"], t["workload"]) for t in trials) == [
        (service, workload) for service in TWO for workload in ("json", "text")
    ]
    assert {t["outcome"] for t in trials} == {"measured"}
    assert record["finished_at"] is not None


def test_the_numbers_of_a_trial_agree_with_each_other(run: Any) -> None:
    _, record, _ = run
    for trial in record["trials"]:
        totals, locust = trial["totals"], trial["locust"]
        assert totals["rps"] == pytest.approx(totals["requests"] / totals["duration_s"], rel=0.01)
        assert (locust["requests"], locust["failures"]) == (totals["requests"], totals["failures"])
        assert sum(step["requests"] for step in trial["steps"]) == totals["requests"]
        assert sum(trial["failures_by_kind"].values()) == totals["failures"]
        assert totals["requests"] > 100
        assert 0 < trial["hold"]["median_ms"] <= trial["hold"]["p99_ms"] <= trial["hold"]["max_ms"]
        assert trial["resources"]["memory_peak_bytes"] > 5_000_000
        assert trial["resources"]["start_s"] > 0
        assert trial["server"]["versions"]
        assert trial["nofile"] == record["host"]["nofile"]


def test_the_open_loop_is_apart_from_all_other_numbers(run: Any) -> None:
    folder, record, printed = run
    for trial in record["trials"]:
        rows = trial["open_loop"]
        assert [row["of_capacity"] for row in rows] == [0.25, 0.5, 0.75, None]
        assert rows[-1]["rate"] == 100
        for row in rows:
            due = row["requests"] + row["unfinished"]
            assert due == pytest.approx(row["rate"] * row["duration_s"], rel=0.1, abs=2)
            assert row["service_median_ms"] <= row["median_ms"] * 1.01
        assert {step["phase"] for step in trial["steps"]} == {"ramp", "settle", "hold"}
        assert trial["limited_by_evidence"]["loadgen_idle"] is not None
    assert "arrival rate that all have in common" in printed
    assert (folder / "report" / "json-open.csv").exists()


def test_the_server_s_namespace_is_read_where_the_load_shares_it(run: Any) -> None:
    _, record, _ = run
    loopback = record["layout"]["network"] == "loopback"
    for trial in record["trials"]:
        assert trial["resources"]["listen_overflows"] is not None
        known = {step["listen_overflows"] is not None for step in trial["steps"]}
        assert known == {loopback}


def test_steps_rise_then_settle_then_hold(run: Any) -> None:
    _, record, _ = run
    for trial in record["trials"]:
        phases = [step["phase"] for step in trial["steps"]]
        ramp = phases.count("ramp")
        assert phases == ["ramp"] * ramp + ["settle", "hold"]
        users = [step["users"] for step in trial["steps"]]
        assert users[:ramp] == record["profile"]["users"][:ramp]
        assert users[-1] == users[-2] == trial["hold_users"]


def test_tables_and_raw_logs_are_there(run: Any) -> None:
    folder, record, printed = run
    assert "Median Response Time" in (folder / "report" / "json-2019.csv").read_text()
    assert "Flask" in printed
    assert str(folder / "run.json") in printed.replace("\n", "")
    for trial in record["trials"]:
        name = f"{trial['order']:03}-{trial['service']}-{trial['workload']}-1"
        logs = {path.name for path in (folder / "raw" / name).iterdir()}
        assert {"master.log", "server.log"} < logs


def test_the_report_is_rebuilt_byte_for_byte(run: Any) -> None:
    folder, _, _ = run
    before = {path.name: path.read_bytes() for path in (folder / "report").iterdir()}
    for path in (folder / "report").iterdir():
        path.unlink()
    done = lab("report", folder.name, "--results", str(folder.parent))
    assert done.returncode == 0, done.stderr
    after = {path.name: path.read_bytes() for path in (folder / "report").iterdir()}
    assert after == before


def test_a_resumed_run_measures_only_what_is_missing(run: Any) -> None:
    folder, record, _ = run
    first, *others = record["trials"]
    lost = {**record, "trials": others}
    (folder / "run.json").write_text(json.dumps(lost))
    done = lab("run", "--resume", folder.name, "--results", str(folder.parent))
    assert done.returncode == 0, done.stdout + done.stderr
    again = json.loads((folder / "run.json").read_text())["trials"]
    assert [t for t in again if t["order"] != first["order"]] == others
    (new,) = [t for t in again if t["order"] == first["order"]]
    assert new["outcome"] == "measured"
    assert new["started_at"] > first["started_at"]


def test_resuming_a_complete_run_changes_nothing(run: Any) -> None:
    folder, _, _ = run
    before = (folder / "run.json").read_bytes()
    done = lab("run", "--resume", folder.name, "--results", str(folder.parent))
    assert done.returncode == 0, done.stderr
    assert "nothing is left to measure" in done.stdout
    assert (folder / "run.json").read_bytes() == before


def test_nothing_is_left_in_the_engine(run: Any) -> None:
    client = docker.from_env()
    assert client.containers.list(all=True, ignore_removed=True, filters={"label": RUN}) == []
    assert client.networks.list(filters={"label": RUN}) == []
