"""All problems of an experiment's variants are reported together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from orchestrator.app.experiment import measure
from orchestrator.app.variants import variant_problems
from orchestrator.composition import real_world
from orchestrator.errors import UsageError
from orchestrator.experiments.crosscheck import CROSSCHECK
from orchestrator.model.catalogue import Names
from orchestrator.model.variant import Variant
from orchestrator.world.engine import Connection

THERE = Names(services=("bottle", "flask"), workloads=("json",))


class Checks:
    """Finds one problem in each variant with a path."""

    def problems(self, root: Path, variant: Variant) -> list[str]:
        return [f"no {variant.path}"] if variant.path else []


WORLD = replace(real_world(), variants=Checks())


def test_each_problem_is_reported_once() -> None:
    one, other = Variant(service="flask", path="x"), Variant(service="bottle", path="y")
    assert variant_problems(WORLD, THERE, lambda: (one, other, one)) == ["no x", "no y"]


def test_an_unknown_service_is_named_with_those_that_exist() -> None:
    wrong = variant_problems(WORLD, THERE, lambda: [Variant(service="django", path="x")])
    assert wrong == ["no service 'django'; choose from bottle, flask"]


def test_sides_that_cannot_be_read_are_problems() -> None:
    def unreadable() -> list[Variant]:
        raise UsageError(["first", "second"])

    assert variant_problems(WORLD, THERE, unreadable) == ["first", "second"]


def test_they_are_reported_with_all_other_problems_before_an_engine_is_asked(
    tmp_path: Path,
) -> None:
    def never(_run: str) -> Connection:
        raise AssertionError("an engine was asked")

    experiment: Any = replace(
        CROSSCHECK,
        problems=lambda _settings, _there: ["a wrong option"],
        variants=lambda _settings: [Variant(service="flask", path="x")],
    )
    with pytest.raises(UsageError) as refused:
        measure(replace(WORLD, connect=never), experiment, None, "lab x", tmp_path)
    assert refused.value.problems[:2] == ["a wrong option", "no x"]
