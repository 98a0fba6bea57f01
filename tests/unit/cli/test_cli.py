"""The command line: exit codes, and error messages without a traceback."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.cli import main
from orchestrator.cli.experiments import exit_code
from orchestrator.experiments.load import LOAD
from orchestrator.files.manifests import workload_names
from orchestrator.model.trial import Outcome
from tests.conftest import ROOT
from tests.unit.examples import run_record, trial_record

WORKLOADS = ", ".join(workload_names(ROOT / "services"))


@pytest.fixture(autouse=True)
def _own_signals() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def lab(*words: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "orchestrator", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_list_json_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["flask"] == {
        "name": "Flask",
        "server": "werkzeug development server",
        "interface": "WSGI",
        "sets": ["2019"],
        "uses": {"validate": "pydantic", "page": "Jinja", "rows": "psycopg 3, a pool of 8"},
        "not_offered": {},
    }
    assert len(document) >= 9
    assert "rows" in document["wsgi"]["not_offered"]


def test_list_names_each_service_on_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "flask Flask 2019 werkzeug development server (WSGI)" in lines


def test_list_shows_the_workloads_and_which_services_do_not_offer_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["list", "--set", "base"]) == 0
    bases = capsys.readouterr().out.splitlines()
    assert "workloads: json, text" in bases
    (rows,) = (line for line in bases if line.startswith("rows "))
    assert rows.startswith("rows          not offered by asgi, asgi-granian, ")
    assert main(["list", "--set", "2019"]) == 0
    of_2019 = capsys.readouterr().out.splitlines()
    assert "rows          by all" in of_2019
    assert "orm-one       by the set orm alone" in of_2019


def test_all_usage_problems_are_printed_together_to_stderr(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = "run falsk --workload xml --profile fast --duration 0 --max-users 0 --repeats 0"
    assert main([*words.split(), "--results", str(tmp_path / "results")]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    lines = err.splitlines()
    assert lines[0].startswith("lab: no service 'falsk'; choose from aiohttp, ")
    assert lines[1:] == [
        f"no workload 'xml'; choose from {WORKLOADS}",
        "no profile 'fast'; choose from standard, quick, smoke, nanode, cost",
        "--duration 0: give 1 to 3600 seconds",
        "--max-users 0: give 1 to 100,000",
        "--repeats 0: give 1 to 1000",
    ]
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["report", "nothing"], "lab: no run 'nothing': neither "),
        (["run", "--resume", "latest"], "lab: no run in "),
        (
            ["run", "sanic", "--resume", "latest", "--seed", "0", "--max-users", "3"],
            "lab: --resume continues a run with its own settings; "
            "leave out sanic, --max-users, --seed\n",
        ),
        (
            ["run", "--resume", "latest", "--client", "http", "--no-open-loop", "--rate", "9"],
            "lab: --resume continues a run with its own settings; "
            "leave out --client, --no-open-loop, --rate\n",
        ),
        (["run", "--rate", "0"], "lab: --rate 0: give more than 0, up to 1,000,000\n"),
        (
            ["run", "--client", "fasthttp", "--open-loop"],
            "lab: the client fasthttp has no open loop; ",
        ),
        (["verify", "falsk"], "lab: no service 'falsk'; choose from aiohttp, "),
        (["new", "Falcon"], "lab: 'Falcon': a service's name is lower-case letters"),
    ],
)
def test_a_wrong_command_ends_with_2_and_a_message(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    results = ["--results", str(tmp_path)] if words[0] in ("report", "run") else []
    assert main([*words, *results]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(said)
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "words",
    [
        ["run", "--profile", ""],
        ["run", "--profile="],
        ["run", "flask", "--resume", ""],
        ["run", "--workload", "json", ""],
        ["run", ""],
        ["report", ""],
        ["audit", ""],
        ["perks", "--github", ""],
        ["changed", "--since="],
        ["run", "--results", "a\x1b[31mb"],
        ["summary", "\udcff"],
        ["verify", "x" * 5000],
    ],
)
def test_an_empty_or_unprintable_argument_is_refused(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("lab: ")
    assert len(err.splitlines()) == 1
    assert len(err) < 200


BAD = {
    "LAB_NOFILE": "-1",
    "LAB_USERS": "many",
    "LAB_WORKLOAD": "xml",
    "DOCKER_HOST": "ssh://measure@elsewhere",
}
TOLD = [
    'environment: LAB_NOFILE = "-1": give a number of open files from 256 to 1,073,741,824',
    'environment: LAB_USERS = "many": give a whole number from 1 to 100,000',
    f"environment: no LAB_WORKLOAD 'xml'; choose from {WORKLOADS}",
    'DOCKER_HOST = "ssh://measure@elsewhere": give an engine of this host, as '
    "unix:///var/run/docker.sock or tcp://127.0.0.1:2375: "
    "the lab cannot measure on another host yet",
]


@pytest.mark.parametrize(
    ("words", "own"),
    [
        (["run", "falsk", "--repeats", "0"], ["--repeats 0: give 1 to 1000"]),
        (["nanode", "falsk", "--repeats", "0"], ["--repeats 0: give 1 to 1000"]),
        (["crosscheck", "falsk", "--pairs", "0"], ["--pairs 0: give 1 to 10,000"]),
        (["verify", "falsk"], []),
        (["images", "falsk"], []),
    ],
)
def test_problems_of_arguments_and_environment_are_reported_together(
    words: list[str],
    own: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in BAD.items():
        monkeypatch.setenv(name, value)
    assert main(words) == 2
    first, *rest = capsys.readouterr().err.splitlines()
    assert first.startswith("lab: no service 'falsk'; choose from aiohttp, ")
    assert rest == own + TOLD


@pytest.mark.parametrize("option", ["--github", "--index"])
@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc", "https://a b", "x"])
def test_addresses_of_apis_must_be_http_or_https(
    option: str, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["perks", "--refresh", option, address])
    assert ended.value.code == 2
    assert "an address that begins with https:// or http://" in capsys.readouterr().err


def test_results_must_be_a_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for words in (["run"], ["nanode"], ["crosscheck"]):
        with pytest.raises(SystemExit) as ended:
            main([*words, "--results", str(tmp_path / "file" / "new")])
        assert ended.value.code == 2
        assert f"{tmp_path / 'file'} is not a folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [[], ["dance"], ["run", "--network", "moon"], ["run", "--client", "curl"]]
)
def test_unknown_arguments_end_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: lab")


@pytest.mark.parametrize(
    ("outcomes", "interrupted", "code"),
    [
        pytest.param([Outcome.MEASURED, Outcome.MEASURED], False, 0, id="all measured"),
        pytest.param([Outcome.MEASURED, Outcome.FAILED], False, 1, id="one failed"),
        pytest.param([Outcome.MEASURED, Outcome.SKIPPED], False, 1, id="one skipped"),
        pytest.param([Outcome.MEASURED, Outcome.FAILED], True, 130, id="interrupted"),
    ],
)
def test_the_exit_code_of_a_run(outcomes: list[Outcome], interrupted: bool, code: int) -> None:
    trials = tuple(trial_record(outcome=outcome) for outcome in outcomes)
    assert exit_code(LOAD, run_record(trials=trials, interrupted=interrupted)) == code


def test_without_an_engine_a_run_ends_with_3_and_the_remedy(tmp_path: Path) -> None:
    process = lab(
        *("run", "flask", "--profile", "smoke", "--results", str(tmp_path / "results")),
        DOCKER_HOST=f"unix://{tmp_path}/docker.sock",
        TMPDIR=str(tmp_path),
    )
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (3, "")
    assert err.startswith("lab: no Docker engine answers (")
    assert err.endswith("; `make engine` starts one\n")
    assert "Traceback" not in err
    assert not (tmp_path / "results").exists()


def test_doctor_names_a_compose_that_prints_no_json_and_an_engine_elsewhere(
    tmp_path: Path,
) -> None:
    docker = tmp_path / "docker"
    docker.write_text(
        '#!/bin/sh\ncase "$*" in *version*) echo 2.25.0;; *) echo "services: {}";; esac\n'
    )
    docker.chmod(0o755)
    process = lab(
        "doctor",
        PATH=f"{tmp_path}:{os.environ['PATH']}",
        DOCKER_HOST="tcp://10.0.0.1:2375",
        LAB_USERS="0",
    )
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (3, "")
    bad = [line.removeprefix("bad   ") for line in out.splitlines() if line.startswith("bad")]
    assert [line.split(" (")[0].split(": give")[0] for line in bad] == [
        'environment: LAB_USERS = "0"',
        "Docker Compose 2.25.0 prints no JSON for `docker compose config --format json`",
        'DOCKER_HOST = "tcp://10.0.0.1:2375"',
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_before_anything_was_measured_ends_with_130(
    number: signal.Signals, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as engine:
        engine.settimeout(60)
        process = lab(
            *("run", "flask", "--profile", "smoke", "--results", str(tmp_path / "results")),
            DOCKER_HOST=f"tcp://127.0.0.1:{engine.getsockname()[1]}",
            TMPDIR=str(tmp_path),
        )
        asked, _ = engine.accept()  # and never answered
        with asked:
            asked.recv(1)
            process.send_signal(number)
            _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == "lab: interrupted before anything was measured\n"


TABLE = "| Framework | Requests/s |\n|---|---:|\n| Zürich ≥ 😀 | -5 |\n"


@pytest.mark.parametrize(
    "words",
    [
        "list",
        "list --json",
        "perks",
        "perks --json",
        "schema",
        "summary 2026-11-25-d6ee62",
        "summary Zürich",
        "report Zürich",
        "report --results Zürich",
        "audit {table}",
        "audit Zürich",
        "audit {table} --json",
        "changed --since Zürich",
        "run Zürich",
        "run --resume Zürich",
        "verify Zürich",
        "images Zürich",
        "new Zürich",
        "crosscheck Zürich",
        "Zürich",
    ],
)
def test_every_output_works_on_an_ascii_terminal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: str
) -> None:
    table = tmp_path / "table.md"
    table.write_text(TABLE)
    written = {}
    for name in ("stdout", "stderr"):
        written[name] = io.BytesIO()
        stream = io.TextIOWrapper(written[name], encoding="ascii", write_through=True)
        monkeypatch.setattr(sys, name, stream)
    monkeypatch.chdir(tmp_path)
    try:
        code = main(words.format(table=table).split())
    except SystemExit as ended:
        code = int(ended.code or 0)
    said = b"".join(one.getvalue() for one in written.values()).decode("ascii")
    assert said
    assert "Traceback" not in said
    assert ("Z?rich" in said) == (
        "Zürich" in words or ("--json" not in words and "{table}" in words)
    )
    assert code == (2 if "Zürich" in words else 1 if "{table}" in words else 0)
