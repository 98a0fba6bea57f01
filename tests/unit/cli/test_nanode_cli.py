"""How `lab nanode` ends, and how it starts the run inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from orchestrator.cli import main
from orchestrator.model.host import WholeMemory
from orchestrator.world import World

WELL = WholeMemory(
    of="cgroup weblab-nanode", limit_bytes=2**30, peak_bytes=2**28, oom_kills=0, swapped_bytes=0
)


@pytest.mark.parametrize(
    ("code", "memory", "ends"),
    [
        pytest.param(0, WELL, 0, id="all well"),
        pytest.param(0, replace(WELL, oom_kills=1), 1, id="something was killed"),
        pytest.param(0, replace(WELL, swapped_bytes=4096), 1, id="something was swapped"),
        pytest.param(0, None, 1, id="nobody knows"),
        pytest.param(3, WELL, 3, id="the run's own code"),
        pytest.param(130, replace(WELL, oom_kills=1), 130, id="the run's own code goes first"),
        pytest.param(-9, WELL, 1, id="the run itself was killed"),
    ],
)
def test_it_fails_if_anything_was_killed_or_swapped(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    code: int,
    memory: WholeMemory | None,
    ends: int,
) -> None:
    asked: list[str] = []

    def prove(
        _: World, words: Sequence[str], *, bridges: bool, python: str | None
    ) -> tuple[int, WholeMemory | None]:
        assert python is None
        assert bridges is (words[0] == "ab")
        asked.extend(words)
        return code, memory

    monkeypatch.setattr("orchestrator.cli.nanode.prove", prove)
    assert main(["nanode", "flask", "--workload", "json", "--repeats", "2"]) == ends
    words = ["flask", "--workload", "json", "--repeats", "2"]
    assert asked == ["run", "--profile", "nanode", *words]
    if memory is not None:
        assert "at most 256 MiB of 1,024 MiB" in capsys.readouterr().out


def test_it_compares_two_sides_if_it_is_given_them(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def prove(
        _: World, words: Sequence[str], *, bridges: bool, python: str | None
    ) -> tuple[int, WholeMemory | None]:
        assert python is None
        assert bridges is (words[0] == "ab")
        asked.extend(words)
        return 1, WELL

    monkeypatch.setattr("orchestrator.cli.nanode.prove", prove)
    sides = ["--base", "here", "--head", "flask==3.0.3"]
    assert main(["nanode", "flask", *sides, "--budget", "2m"]) == 1
    assert asked == ["ab", "flask", *sides, "--budget", "2m"]


def test_it_measures_costs_if_the_profile_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def prove(
        _: World, words: Sequence[str], *, bridges: bool, python: str | None
    ) -> tuple[int, WholeMemory | None]:
        assert python is None
        assert bridges
        asked.extend(words)
        return 0, WELL

    monkeypatch.setattr("orchestrator.cli.nanode.prove", prove)
    assert main(["nanode", "--profile", "cost", "--workload", "json", "--budget", "90s"]) == 0
    assert asked == ["cost", "--workload", "json", "--budget", "90s"]


@pytest.mark.parametrize(
    ("words", "inside"),
    [
        ([], ["run", "--profile", "nanode"]),
        (["--profile", "cost"], ["cost"]),
    ],
)
def test_the_run_inside_gets_the_python_and_its_base_image(
    monkeypatch: pytest.MonkeyPatch, words: list[str], inside: list[str]
) -> None:
    asked: list[object] = []

    def prove(
        _: World, words: Sequence[str], *, bridges: bool, python: str | None
    ) -> tuple[int, WholeMemory | None]:
        asked.extend([bridges, list(words), python])
        return 0, WELL

    monkeypatch.setattr("orchestrator.cli.nanode.prove", prove)
    assert main(["nanode", "flask", "sanic", *words, "--python", "3.12"]) == 0
    assert asked == [True, [*inside, "flask", "sanic", "--python", "3.12"], "3.12"]


@pytest.mark.parametrize(
    "words",
    [
        ["flask", "--base", "here", "--head", "here", "--python", "3.12"],
        ["fask", "--profile", "cost"],
        ["flask", "--profile", "cost", "--repeats", "2"],
        ["flask", "--profile", "cost", "--budget", "25h"],
        ["flask", "--base", "here"],
        ["flask", "sanic", "--base", "here", "--head", "here"],
        ["--base", "here", "--head", "here"],
        ["flask", "--base", "here", "--head", "here", "--repeats", "2"],
        ["flask", "--base", "here", "--head", "flask>=3"],
    ],
)
def test_what_cannot_be_is_refused_before_anything_starts(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["nanode", *words]) == 2
    assert capsys.readouterr().err
