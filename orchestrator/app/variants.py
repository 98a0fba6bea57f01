"""What is wrong with the variants of services that an experiment would build."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from orchestrator.errors import UsageError
from orchestrator.model.catalogue import Names
from orchestrator.model.variant import Variant
from orchestrator.world import World


def variant_problems(
    world: World, there: Names, asked: Callable[[], Sequence[Variant]]
) -> list[str]:
    """Everything that is wrong with these variants, in words; each problem once.

    Args:
        asked: returns the variants; raises `UsageError` if the command line names none that can be
            read.
    """
    try:
        variants = asked()
    except UsageError as error:
        return error.problems
    wrong: list[str] = []
    for variant in variants:
        if variant.service in there.services:
            wrong += world.variants.problems(world.root, variant)
        else:
            names = ", ".join(there.services)
            wrong.append(f"no service {variant.service!r}; choose from {names}")
    return list(dict.fromkeys(wrong))
