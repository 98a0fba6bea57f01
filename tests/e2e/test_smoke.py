"""The whole path: `lab run` of services with real Locust containers, and its files."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import docker
import jsonschema
import pytest

from orchestrator.adapters.docker_engine import RUN
from orchestrator.files import checksums

ROOT = Path(__file__).parents[2]
SERVICES = {"loopback": ["flask", "starlette"], "bridge": ["flask"]}
"""Network -> what is measured. One service is enough for what a bridge changes."""
LOCUST_CSV = [f"locust_{name}.csv" for name in ("exceptions", "failures", "stats", "stats_history")]


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
    done = lab("run", *SERVICES[request.param], *options, "--results", str(results))
    assert done.returncode == 0, done.stdout + done.stderr
    (record,) = results.glob("*/run.json")
    return record.parent, json.loads(record.read_text()), done.stdout


def test_every_trial_is_measured(run: Any) -> None:
    _, record, _ = run
    trials = record["trials"]
    assert sorted((t["service"], t["workload"]) for t in trials) == [
        (service, workload)
        for service in SERVICES[record["layout"]["network"]]
        for workload in ("json", "text")
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


def test_the_open_loop_is_in_no_other_numbers(run: Any) -> None:
    folder, record, printed = run
    for trial in record["trials"]:
        rows = trial["open_loop"]
        assert [row["of_capacity"] for row in rows] == [0.25, 0.5, 0.75, None]
        assert rows[-1]["rate"] == 100
        for row in rows:
            due = row["requests"] + row["unfinished"]
            assert due == pytest.approx(row["rate"] * row["duration_s"], rel=0.1, abs=2)
            assert row["service_median_ms"] <= row["median_ms"] * 1.01
        phases = {step["phase"] for step in trial["steps"]}
        assert phases - {"disturbed"} == {"ramp", "settle", "hold"}
        assert trial["limited_by_evidence"]["loadgen_idle"] is not None
    assert "latency at a common arrival rate" in printed
    assert (folder / "report" / "json-open.csv").exists()


def test_listen_overflows_are_read_in_the_namespace_of_server_and_load(run: Any) -> None:
    _, record, _ = run
    loopback = record["layout"]["network"] == "loopback"
    for trial in record["trials"]:
        assert trial["resources"]["listen_overflows"] is not None
        known = {step["listen_overflows"] is not None for step in trial["steps"]}
        assert known == {loopback}


def test_what_the_hypervisor_took_is_known_of_every_step(run: Any) -> None:
    """The master's container sees the counters of its host."""
    _, record, _ = run
    for trial in record["trials"]:
        for step in (*trial["steps"], *trial["open_loop"]):
            assert 0 <= step["server_steal"] <= 1
            assert 0 <= step["loadgen_steal"] <= 1
        assert "server_steal" in trial["limited_by_evidence"]


def test_steps_rise_then_settle_then_hold(run: Any) -> None:
    _, record, _ = run
    for trial in record["trials"]:
        phases = [step["phase"] for step in trial["steps"]]
        ramp = phases.count("ramp")
        # Another machine may have disturbed the hold; then there are two.
        assert phases[: ramp + 1] == ["ramp"] * ramp + ["settle"]
        assert phases[ramp + 1 :] in (["hold"], ["disturbed", "hold"], ["hold", "disturbed"])
        users = [step["users"] for step in trial["steps"]]
        assert users[:ramp] == record["profile"]["users"][:ramp]
        assert users[-1] == users[-2] == trial["hold_users"]


def test_the_report_has_its_tables(run: Any) -> None:
    folder, _, printed = run
    table = (folder / "report" / "json-2019.csv").read_text()
    assert table.startswith("framework,requests,rps,median_ms,failures")
    assert "Flask" in printed
    assert str(folder / "run.json") in printed.replace("\n", "")


def test_a_row_lists_the_raw_files_of_its_trial(run: Any) -> None:
    folder, record, _ = run
    listed = []
    for trial in record["trials"]:
        name = f"raw/{trial['order']:03}-{trial['service']}-{trial['workload']}-1"
        workers = [f"worker-{n}.log" for n in range(1, trial["workers"] + 1)]
        files = sorted([*LOCUST_CSV, "samples.csv", "master.log", "server.log", *workers])
        assert trial["raw"] == [f"{name}/{file}" for file in files]
        listed += trial["raw"]
    there = [str(p.relative_to(folder)) for p in (folder / "raw").rglob("*") if p.is_file()]
    assert sorted(listed) == sorted(there)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


def test_locusts_own_csv_agrees_with_the_record(run: Any) -> None:
    folder, record, _ = run
    for trial in record["trials"]:
        raw = folder / Path(trial["raw"][0]).parent
        one, aggregated = rows(raw / "locust_stats.csv")
        locust = trial["locust"]
        for row in (one, aggregated):
            assert int(row["Request Count"]) == locust["requests"] == trial["totals"]["requests"]
            assert int(row["Failure Count"]) == locust["failures"] == trial["totals"]["failures"]
            assert float(row["Requests/s"]) == locust["rps"]
        assert one["Name"] == record["contract"][trial["workload"]]["path"]
        last = rows(raw / "locust_stats_history.csv")[-1]
        assert int(last["Total Request Count"]) == locust["requests"]
        failed = rows(raw / "locust_failures.csv")
        assert {row["Error"]: int(row["Occurrences"]) for row in failed} == (
            trial["failures_by_kind"]
        )
        assert '"event":"file"' not in (raw / "master.log").read_text()


def test_the_samples_of_server_and_workers_are_kept(run: Any) -> None:
    folder, record, _ = run
    for trial in record["trials"]:
        raw = folder / Path(trial["raw"][0]).parent
        samples = rows(raw / "samples.csv")
        workers = {f"worker-{n}" for n in range(1, trial["workers"] + 1)}
        assert {row["container"] for row in samples} == {"server", *workers}
        server = [row for row in samples if row["container"] == "server"]
        assert int(server[0]["memory_bytes"]) == trial["resources"]["memory_idle_bytes"]
        peak = max(int(row["memory_bytes"]) for row in server[1:])
        assert peak == trial["resources"]["memory_peak_bytes"]
        times = [float(row["at_s"]) for row in server]
        assert times == sorted(times)


def test_the_manifest_matches_the_files(run: Any) -> None:
    folder, record, _ = run
    command = ["sha256sum", "--strict", "-c", "SHA256SUMS"]
    checked = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    names = [line.split("  ")[1] for line in (folder / "SHA256SUMS").read_text().splitlines()]
    raw = [name for trial in record["trials"] for name in trial["raw"]]
    assert names == sorted([*raw, "run.json"])


def test_the_record_has_the_request_and_the_package(run: Any) -> None:
    _, record, _ = run
    digests = [endpoint.pop("digest") for endpoint in record["contract"].values()]
    assert [len(digest) for digest in digests] == [64, 64]
    assert record["contract"] == {
        "json": {
            "method": "GET",
            "path": "/json",
            "content_type": "application/json",
            "body_bytes": 117,
            "judged_by": "bytes",
            "kinds": 1,
        },
        "text": {
            "method": "GET",
            "path": "/text",
            "content_type": "text/plain",
            "body_bytes": 11,
            "judged_by": "bytes",
            "kinds": 1,
        },
    }
    for trial in record["trials"]:
        package = trial["server"]["package"]
        assert package["name"] == trial["service"]
        assert package["version"] == trial["server"]["versions"][trial["service"]]
        assert package["requires_python"].startswith(">=3")
        assert package["dependencies"] > 1
        assert package["install_bytes"] > 1_000_000


def test_the_record_fits_its_schema(run: Any) -> None:
    _, record, _ = run
    schema = json.loads((ROOT / "results" / "run.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(record)


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
    assert new["raw"] == first["raw"]
    assert checksums.differences(folder) == {}


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


def test_each_row_says_what_really_runs_and_it_is_what_service_toml_says(run: Any) -> None:
    folder, record, _ = run
    loops = {"flask": [], "starlette": ["uvloop.Loop"]}
    for trial in record["trials"]:
        runs = trial["server"]["observed"]
        assert runs["why"] == ""
        assert runs["event_loops"] == loops[trial["service"]]
        assert runs["json_calls"].keys() == {"ujson"}
        assert runs["under_load"]["processes"] == trial["server"]["workers"] == 1
        assert runs["under_load"]["threads"] >= 1
        assert "other-than-said" not in {caveat["code"] for caveat in trial["caveats"]}
    assert "What really runs" in (folder / "report" / "index.html").read_text()
