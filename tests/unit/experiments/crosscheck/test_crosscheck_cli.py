"""``lab crosscheck`` on the command line: messages and exit codes."""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.cli import main
from orchestrator.cli.experiments import exit_code
from orchestrator.experiments.crosscheck import CROSSCHECK
from orchestrator.experiments.crosscheck.options import add_options, chosen
from orchestrator.experiments.crosscheck.record import Seen
from orchestrator.files.manifests import workload_names
from orchestrator.model.catalogue import Names
from tests.conftest import ROOT
from tests.unit.experiments.crosscheck.crosschecks import (
    counted,
    crosscheck_record,
    service_check,
    wrk,
)

WORKLOADS = ", ".join(workload_names(ROOT / "services"))


@pytest.fixture(autouse=True)
def _own_signals() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def test_all_usage_problems_are_printed_together(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = "crosscheck falsk --workload xml --pairs 0 --seconds 0 --connections 0 --results"
    assert main([*words.split(), str(tmp_path / "results")]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    lines = err.splitlines()
    assert lines[0].startswith("lab: no service 'falsk'; choose from aiohttp, ")
    assert lines[1:] == [
        f"no workload 'xml'; choose from {WORKLOADS}",
        "--pairs 0: give 1 to 10,000",
        "--seconds 0: give 0.1 to 60, in tenths of a second: wrk can end a slice only then",
        "--connections 0: give 1 to 100,000",
    ]
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("limit", ["--within 2", "--budget 60"])
def test_an_exact_number_of_pairs_and_a_limit_exclude_each_other(
    limit: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = f"crosscheck --pairs 5 {limit} --results {tmp_path}"
    assert main(words.split()) == 2
    said = "lab: --pairs is an exact number: leave out --within and --budget\n"
    assert capsys.readouterr().err == said


@pytest.mark.parametrize(
    ("words", "chosen_"),
    [
        ("", (None, 0.4, 0.03, 120.0)),
        ("--within 1.5 --budget 600 --seconds 0.3", (None, 0.3, 0.015, 600.0)),
        ("--pairs 7", (7, 0.4, None, None)),
    ],
)
def test_what_the_command_line_chooses(words: str, chosen_: tuple[Any, ...]) -> None:
    parser = argparse.ArgumentParser()
    add_options(parser)
    there = Names(services=("flask",), workloads=("json",), sets={"2019": ("flask",)})
    found = chosen(parser.parse_args(words.split()), there)
    assert (found.pairs, found.seconds, found.within, found.budget_s) == chosen_


@pytest.mark.parametrize(("words", "python"), [("", None), ("--python 3.12", "3.12")])
def test_the_services_run_on_the_python_that_the_command_line_names(
    words: str, python: str | None
) -> None:
    parser = argparse.ArgumentParser()
    add_options(parser)
    there = Names(services=("flask",), workloads=("json",), sets={"2019": ("flask",)})
    assert chosen(parser.parse_args(words.split()), there).python == python


@pytest.mark.parametrize(
    ("services", "interrupted", "code"),
    [
        pytest.param([service_check()], False, 0, id="all checked"),
        pytest.param([service_check(reason="load: x")], False, 1, id="one failed"),
        pytest.param(
            [service_check(counted=counted(lab_seen=Seen(requests=1, segments=1)))],
            False,
            1,
            id="counted differently",
        ),
        pytest.param(
            [service_check(counted=counted(wrk=wrk(wrong=1)))], False, 1, id="wrong answers"
        ),
        pytest.param([service_check()], True, 130, id="interrupted"),
    ],
)
def test_the_exit_code_of_a_cross_check(services: list[Any], interrupted: bool, code: int) -> None:
    record = crosscheck_record(services=tuple(services), interrupted=interrupted)
    assert exit_code(CROSSCHECK, record) == code


def test_a_ratio_of_any_size_is_not_a_failure() -> None:
    assert exit_code(CROSSCHECK, crosscheck_record(services=(service_check(pairs=()),))) == 0


def test_without_an_engine_it_ends_with_3_and_the_remedy(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "orchestrator", "crosscheck", "--results", str(tmp_path / "r")],
        cwd=ROOT,
        env={
            **os.environ,
            "DOCKER_HOST": f"unix://{tmp_path}/docker.sock",
            "TMPDIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.endswith("; `make engine` starts one\n")
    assert not (tmp_path / "r").exists()
