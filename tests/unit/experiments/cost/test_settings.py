"""The command line and the plan of a cost table, and what the reference is told to answer."""

import argparse
import json
from base64 import b64decode
from dataclasses import replace
from typing import Any

import pytest

from labwire.exchange import Method, Request
from orchestrator.bench.reference import BODY_MOST, entry_of
from orchestrator.bench.reference import problems as reference_problems
from orchestrator.cli import main
from orchestrator.cli.profile import by_profile
from orchestrator.experiments.cost import COST
from orchestrator.experiments.cost.options import add_options, chosen
from orchestrator.experiments.cost.plan import problems
from orchestrator.experiments.cost.record import CostSettings
from orchestrator.experiments.instructions import INSTRUCTIONS
from orchestrator.experiments.load import LOAD
from orchestrator.model.catalogue import Names
from orchestrator.model.together import REFERENCE
from tests.unit.examples import JSON, TEXT, container

THERE = Names(
    services=("flask", "sanic"), workloads=("json", "text"), sets={"2019": ("flask", "sanic")}
)
BASED = Names(
    services=("bottle", "flask", "sanic", "wsgi"),
    workloads=("json",),
    sets={"2019": ("bottle", "flask", "sanic"), "base": ("wsgi",)},
    bases={"bottle": "wsgi", "flask": "wsgi", "wsgi": "wsgi"},
)


def settings(*words: str) -> CostSettings:
    parser = argparse.ArgumentParser()
    add_options(parser)
    return chosen(parser.parse_args(words), THERE)


def test_all_services_and_workloads_are_measured_by_default() -> None:
    found = settings()
    assert found.services == THERE.services
    assert found.workloads == THERE.workloads
    assert found.budget_s == 300.0
    assert problems(found, THERE) == []


def test_the_command_line_decides() -> None:
    found = settings("sanic", "sanic", "--workload", "text", "--budget", "90s", "--seed", "3")
    assert found == CostSettings(services=("sanic",), workloads=("text",), budget_s=90.0, seed=3)


@pytest.mark.parametrize(
    ("words", "services"),
    [
        (["--bases"], ("bottle", "flask", "sanic", "wsgi")),
        (["--bases", "--set", "base"], ("wsgi",)),
        (["--bases", "flask"], ("flask", "wsgi")),
        (["--bases", "wsgi", "flask"], ("wsgi", "flask")),
        (["--bases", "sanic", "fask"], ("sanic", "fask")),
        (["flask"], ("flask",)),
    ],
)
def test_bases_are_added_once_if_they_are_asked_for(
    words: list[str], services: tuple[str, ...]
) -> None:
    """Also by ``lab run --profile cost``, and by ``lab instructions``."""
    _, through = by_profile(LOAD, run_arguments("--profile", "cost", *words))
    parser = argparse.ArgumentParser()
    INSTRUCTIONS.options(parser)
    for experiment, arguments in (
        (COST, through),
        (INSTRUCTIONS, parser.parse_args(words)),
    ):
        found: Any = experiment.settings(arguments, BASED)
        assert found.services == services
        assert found.bases == ("--bases" in words)


def test_other_profiles_refuse_to_add_bases(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--bases", "--profile", "quick"]) == 2
    assert "only --profile cost computes" in capsys.readouterr().err


def test_all_problems_are_reported_together() -> None:
    wrong = settings("fask", "--workload", "jsn", "--budget", "25h", "--seed", "-1")
    assert problems(wrong, THERE) == [
        "no service 'fask'; choose from flask, sanic",
        "no workload 'jsn'; choose from json, text",
        "--budget: give at most 24h",
        "--seed -1: give 0 to 4,294,967,295",
    ]


def test_more_services_than_the_load_can_aim_at_are_refused() -> None:
    many = tuple(f"service-{number}" for number in range(64))
    (found,) = problems(replace(settings(), services=many), replace(THERE, services=many))
    assert found.startswith("64 services: name at most 63")


def test_a_service_with_the_references_name_is_refused() -> None:
    there = replace(THERE, services=("flask", REFERENCE))
    (found,) = problems(replace(settings(), services=("flask",)), there)
    assert found.startswith("services/reference: rename it")


def test_the_reference_is_told_the_right_answers() -> None:
    found = entry_of({REFERENCE: container(REFERENCE)}, [JSON, TEXT]).container.environment
    told = {name: json.loads(text) for name, text in found.items()}
    assert list(told) == ["ANSWER_1", "ANSWER_2"]
    assert told["ANSWER_2"] | {"body": ""} == {
        "request": "GET /text", "status": 200, "content_type": "text/plain", "body": "",
    }  # fmt: skip
    assert b64decode(told["ANSWER_2"]["body"]) == TEXT.right.body


def test_what_the_reference_cannot_answer_is_refused_in_words() -> None:
    twice = replace(JSON, workload="again", request=replace(JSON.request, headers=(("A", "b"),)))
    long = replace(TEXT, right=replace(TEXT.right, body=b"x" * (BODY_MOST + 1)))
    assert reference_problems([JSON, TEXT]) == []
    same, size = reference_problems([JSON, twice, long])
    assert same.startswith("2 workloads request GET /json")
    assert size.startswith("workload text: its right answer has 65,537 bytes")
    posted = replace(JSON, workload="post", request=Request(path="/json", method=Method.POST))
    assert reference_problems([JSON, posted]) == []


def run_arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    LOAD.options(parser)
    parser.set_defaults(command=None, results="there")
    return parser.parse_args(words)


def test_a_profile_of_lab_run_reaches_it() -> None:
    words = ["sanic", "--profile", "cost", "--workload", "text", "--seed", "0"]
    experiment, arguments = by_profile(LOAD, run_arguments(*words))
    found: Any = experiment.settings(arguments, THERE)
    assert experiment.name == "cost"
    assert found == CostSettings(services=("sanic",), workloads=("text",), budget_s=300.0, seed=0)
    assert experiment.problems(found, THERE) == []
    assert arguments.results == "there"


@pytest.mark.parametrize("words", [[], ["--profile", "smoke"], ["--profile", "none"]])
def test_other_profiles_stay_with_lab_run(words: list[str]) -> None:
    arguments = run_arguments(*words)
    assert by_profile(LOAD, arguments) == (LOAD, arguments)
    assert by_profile(COST, arguments) == (COST, arguments)


def test_options_of_lab_run_that_mean_nothing_are_refused_together(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["fask", "--max-users", "8", "--repeats", "2", "--network", "loopback"]
    words += ["--resume", "latest", "--no-open-loop"]
    assert main(["run", "--profile", "cost", *words]) == 2
    said = capsys.readouterr().err
    for option in ("--max-users", "--repeats", "--network", "--resume", "--no-open-loop"):
        assert f"--profile cost has no {option}; leave it out" in said
    assert "no service 'fask'" in said
