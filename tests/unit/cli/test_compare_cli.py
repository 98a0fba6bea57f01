"""`lab compare` with real records: exit codes, refusals, files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrator.app.report import list_runs
from orchestrator.cli import main
from orchestrator.experiments.crosscheck import CROSSCHECK
from tests.conftest import ROOT
from tests.unit.cli.test_report_cli import Change, contents, doubled
from tests.unit.experiments.crosscheck.crosschecks import crosscheck_record

RECORD = ROOT / "results" / "2026-11-25-2e65a7" / "run.json"  # nanode, five repeats, JSON
BASE, HEAD = "2026-11-25-2e65a7", "2026-12-01-abcdef"


def made(results: Path, name: str = BASE, change: Change | None = None) -> Path:
    """A real run of three services, perhaps with changes."""
    document = json.loads(RECORD.read_text())
    services = ["flask", "japronto", "sanic"]
    document["run_id"] = name
    document["settings"]["services"] = services
    document["trials"] = [t for t in document["trials"] if t["service"] in services]
    for trial in document["trials"]:
        trial["histogram"] = None  # the audit would take a tenth of a second for each
    if change:
        change(document)
    folder = results / name
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps(document))
    return folder


def dearer(factor: float, service: str = "flask") -> Change:
    """A request costs this many times as much, at the common rate."""

    def change(document: dict[str, Any]) -> None:
        for trial in document["trials"]:
            if trial["service"] == service:
                for row in trial["open_loop"]:
                    row["cpu_us_per_request"] *= factor
                    row["server_cpu"] *= factor

    return change


def on(**host: Any) -> Change:
    def change(document: dict[str, Any]) -> None:
        document["host"] |= host

    return change


def compare(results: Path, *words: str) -> int:
    return main(["compare", *words, "--results", str(results)])


def test_a_slower_service_ends_with_1_and_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(tmp_path)
    made(tmp_path, HEAD, dearer(2.0))
    assert compare(tmp_path, BASE, HEAD) == 1
    out, err = capsys.readouterr()
    assert out.startswith("By CPU time for a request: 1 of 3 rows slower, 0 faster")
    assert "Slower: flask json +100.00 %." in out
    assert "decides the exit code" in out
    assert err == f"files: {tmp_path}/compare-{BASE}-{HEAD}\n"
    assert compare(tmp_path, HEAD, BASE) == 0
    assert "Faster: flask json -50.00 %." in capsys.readouterr().out


def test_the_files_are_in_a_folder_of_their_own_and_the_list_of_runs_links_to_them(
    tmp_path: Path,
) -> None:
    base, head = made(tmp_path), made(tmp_path, HEAD)
    before = [*base.iterdir(), *head.iterdir()]
    assert compare(tmp_path, BASE, str(head)) == 0
    folder = tmp_path / f"compare-{BASE}-{HEAD}"
    assert {one.name for one in folder.iterdir()} == {"compare.json", "compare.md", "report"}
    assert [*base.iterdir(), *head.iterdir()] == before
    list_runs(tmp_path, {})
    assert f'href="{folder.name}/report/index.html"' in (tmp_path / "index.html").read_text()
    report = contents(folder)
    assert b"../../../docs" not in report["index.html"]
    assert set(report) == {
        "index.html", "pyperf-base.json", "pyperf-head.json", "github-action-benchmark.json",
        "bencher.json",
    }  # fmt: skip
    assert compare(tmp_path, BASE, HEAD) == 0
    assert contents(folder) == report


def test_the_audit_of_all_results_reads_the_runs_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(tmp_path)
    made(tmp_path, HEAD)
    assert compare(tmp_path, BASE, HEAD) == 0
    main(["audit", str(tmp_path)])
    out = capsys.readouterr().out
    assert f"{HEAD}/run.json" in out
    assert f"compare-{BASE}" not in out


def test_json_is_the_only_thing_on_stdout(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(tmp_path)
    made(tmp_path, HEAD, dearer(2.0))
    assert compare(tmp_path, BASE, HEAD, "--json") == 1
    out = capsys.readouterr().out
    rows = {row["service"]: row for row in json.loads(out)["rows"]}
    assert rows["flask"]["answer"] == "slower"
    assert rows["sanic"]["answer"] == "undecided"
    assert (tmp_path / f"compare-{BASE}-{HEAD}" / "compare.json").read_text() == out


def test_a_run_compared_with_itself_is_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(tmp_path)
    assert compare(tmp_path, BASE, "latest") == 0
    out = capsys.readouterr().out
    assert "0 of 3 rows slower, 0 faster, 3 same, 0 undecided." in out
    assert f"Base and head are the same record, {BASE}" in out


def other_settings(document: dict[str, Any]) -> None:
    document["settings"]["client"] = "http"
    document["profile"] |= {"duration_s": 11.0, "users": [8, 64]}


REFUSED: dict[str, tuple[Change, list[str]]] = {
    "host": (
        on(cpu_model="Other CPU", cpus=4, memory_bytes=2**30, nofile=9),
        [
            "CPU model: base has AMD EPYC, head has Other CPU",
            "CPUs: base has 2, head has 4",
            "memory: base has 23.5 GiB, head has 1.0 GiB",
            "open files for each container: base has 20,000, head has 9",
        ],
    ),
    "layout": (
        lambda document: document["layout"].update(shared=True, network="bridge"),
        [
            "load on the server's CPU: base has no, head has yes",
            "network: base has loopback, head has bridge",
        ],
    ),
    "settings": (
        other_settings,
        [
            "client: base has engine, head has http",
            "profile.duration_s: base has 10, head has 11",
            "profile.users: base has 8, 64, 512, head has 8, 64",
        ],
    ),
    "workload": (
        lambda document: document["contract"]["json"].update(body_bytes=118),
        [
            "workload json: base has GET /json, 117 bytes, digest unknown, "
            "head has GET /json, 118 bytes, digest unknown"
        ],
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_runs_under_unequal_conditions_are_refused_with_every_difference(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, differences = REFUSED[what]
    made(tmp_path)
    made(tmp_path, HEAD, change)
    assert compare(tmp_path, BASE, HEAD) == 2
    out, err = capsys.readouterr()
    assert out == ""
    first, *told, last = err.splitlines()
    assert first.startswith(f"lab: {BASE} and {HEAD} cannot be compared")
    assert [line.strip() for line in told] == differences
    assert "--anyway" in last
    assert not (tmp_path / f"compare-{BASE}-{HEAD}").exists()
    assert compare(tmp_path, BASE, HEAD, "--anyway") == 0
    assert capsys.readouterr().out.startswith("Compared anyway: these conditions are not equal")
    folder = tmp_path / f"compare-{BASE}-{HEAD}"
    for file in ("compare.json", "compare.md", "report/index.html"):
        assert "Compared anyway" in (folder / file).read_text()


def crosscheck(results: Path) -> str:
    folder = results / "crosscheck-1"
    folder.mkdir()
    for name, content in CROSSCHECK.saved.files(crosscheck_record()).items():
        (folder / name).write_bytes(content)
    return folder.name


def torn(results: Path) -> str:
    (results / "torn").mkdir()
    (results / "torn" / "run.json").write_text("{")
    return "torn"


def wrong(results: Path) -> str:
    return made(results, "2026-12-01-000000", doubled).name


def absent(_results: Path) -> str:
    return "absent"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (absent, "no run 'absent': neither {results}/absent/ nor absent/ has one of run.json, "),
        (torn, "{results}/torn/run.json: not a run record: "),
        (crosscheck, "{results}/crosscheck-1: runs of `lab crosscheck` are not compared"),
        (wrong, "{results}/2026-12-01-000000: its record contradicts itself"),
    ],
)
def test_what_cannot_be_compared_ends_with_2(
    make: Callable[[Path], str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(tmp_path)
    name = make(tmp_path)
    for sides in ((BASE, name), (name, BASE), (name, "latest")):
        assert compare(tmp_path, *sides) == 2
        assert said.format(results=tmp_path) in capsys.readouterr().err


def test_runs_of_different_commands_are_not_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made(tmp_path)
    assert compare(tmp_path, BASE, crosscheck(tmp_path)) == 2
    assert capsys.readouterr().err.endswith(
        f"{tmp_path}/{BASE} is of `lab run` and {tmp_path}/crosscheck-1 is of `lab crosscheck`: "
        "give two runs of the same command\n"
    )


def test_all_problems_are_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare(tmp_path, torn(tmp_path), "absent") == 2
    lines = capsys.readouterr().err.splitlines()
    assert ["torn" in lines[1], "absent" in lines[0]] == [True, True]
    assert compare(tmp_path / "empty", "latest", "latest") == 2
    assert "no run in" in capsys.readouterr().err


def test_a_copy_elsewhere_can_be_named_by_its_folder(tmp_path: Path) -> None:
    folder = made(tmp_path / "results")
    shutil.copytree(folder, tmp_path / "elsewhere" / "copy")
    assert compare(tmp_path / "results", BASE, str(tmp_path / "elsewhere" / "copy")) == 0
    assert (tmp_path / "results" / f"compare-{BASE}-{BASE}" / "compare.md").is_file()
