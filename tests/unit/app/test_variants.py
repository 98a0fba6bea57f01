"""All problems of an experiment's variants are reported together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from orchestrator.app.variants import variant_problems
from orchestrator.composition import real_world
from orchestrator.errors import UsageError
from orchestrator.model.catalogue import Names
from orchestrator.model.variant import Variant

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
