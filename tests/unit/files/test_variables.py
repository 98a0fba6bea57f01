"""Checks the variables of the compose file, from the environment and from `.env`."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from orchestrator.files.variables import Variables, wrong_variables
from tests.conftest import ROOT

WORKLOADS = ("json", "text")


def wrong(folder: Path, dotenv: str, **environment: str) -> list[str]:
    (folder / ".env").write_text(dotenv)
    return list(wrong_variables(folder, WORKLOADS, environment).values())


def test_every_variable_of_the_compose_file_is_known() -> None:
    read = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    assert {field.name for field in fields(Variables)} == read


def test_valid_values_have_no_problems(tmp_path: Path) -> None:
    good = """\
# a comment
LAB_PYTHON_313=weblab-base/python:3.13-bootstrapped
LAB_NOFILE=20000 # as this host grants
export LAB_LOAD_CPU="0"
LAB_RUN_TIME='1h30m'
OTHER=whatever it is
"""
    assert wrong(tmp_path, good, LAB_USERS="1", LAB_WORKLOAD="text", LAB_SERVER_CPU="") == []
    assert wrong_variables(tmp_path / "none", WORKLOADS, {}) == {}


def test_all_problems_are_reported_with_their_place(tmp_path: Path) -> None:
    dotenv = "LAB_NOFILE=-1\r\nLAB_USERS=0\nLAB_LOAD_CPU=all\nLAB_PYTHON_37='a b'\n"
    assert wrong(tmp_path, dotenv, LAB_RUN_TIME="soon", LAB_WORKLOAD="xml", LAB_USERS="1e9") == [
        '.env: LAB_NOFILE = "-1": give a number of open files from 256 to 1,073,741,824',
        '.env: LAB_LOAD_CPU = "all": give the number of a CPU, from 0',
        '.env: LAB_PYTHON_37 = "a b": give the name of an image',
        'environment: LAB_USERS = "1e9": give a whole number from 1 to 100,000',
        'environment: LAB_RUN_TIME = "soon": give a time greater than 0, such as 120s, 5m or 1h30m',
        "environment: no LAB_WORKLOAD 'xml'; choose from json, text",
    ]


def test_the_environment_takes_precedence_over_the_file(tmp_path: Path) -> None:
    assert wrong(tmp_path, "LAB_USERS=many\n", LAB_USERS="3") == []
    assert wrong(tmp_path, "LAB_USERS=many\nLAB_USERS=4\n") == []


@pytest.mark.parametrize("value", ["0", "100001", "-3", "3.5", "nan", "inf", "٣", "1 2", "+4"])
def test_an_impossible_number_of_users_is_refused(tmp_path: Path, value: str) -> None:
    assert len(wrong(tmp_path, "", LAB_USERS=value)) == 1


@pytest.mark.parametrize("value", ["0", "0s", "0h0m", "m", "1.5h", "-5s", "5d", "5s3m", "inf"])
def test_an_impossible_time_is_refused(tmp_path: Path, value: str) -> None:
    assert len(wrong(tmp_path, "", LAB_RUN_TIME=value)) == 1
