"""Any content of a file becomes a value, or a message about what is wrong."""

from dataclasses import dataclass, fields
from math import inf
from typing import Annotated, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Meta

from labwire.tables import WorkloadTable
from labwire.values import HOLDS, shown, typed
from orchestrator.adapters.contained import Contained, OwnEntrypoint, PacketCounter, contained
from orchestrator.files.variables import Variables
from orchestrator.model.entry import Manifest

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(), inside, max_size=3),
    max_leaves=6,
)
KINDS: list[type] = [Manifest, WorkloadTable, Contained, OwnEntrypoint, PacketCounter, Variables]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.sampled_from(KINDS))
def test_any_values_give_a_result_or_messages(data: st.DataObject, kind: type) -> None:
    names = [field.name for field in fields(kind)]
    table: dict[str, Any] = data.draw(
        st.dictionaries(st.sampled_from([*names, "other"]), ANYTHING, max_size=6)
    )
    found, problems = typed(table, kind)
    assert (found is None) == bool(problems)
    wrong = {key for key, _ in problems}
    assert ("other" in table) == ("other" in wrong)
    for _, text in problems:
        assert len(text) < 400
        assert text.isprintable()


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from([f.name for f in fields(Contained)]), ANYTHING))
def test_any_block_gives_a_result_or_messages(table: dict[str, Any]) -> None:
    found, problems = contained(table, Contained)
    assert (found is None) == bool(problems)


@pytest.mark.parametrize("kind", KINDS)
def test_the_message_about_a_missing_value_says_what_is_allowed(kind: type) -> None:
    """A message about a missing value ends with the words beside the field."""
    _, problems = typed({}, kind)
    assert [text for _, text in problems if ": give " not in text] == []


def is_even(number: int) -> bool:
    return number % 2 == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    even: Annotated[
        int, Meta(ge=0, description="an even number", extra={HOLDS: lambda n: n % 2 == 0})
    ]
    plain: int = 1
    share: float = 0.5
    several: tuple[Annotated[int, Meta(le=9, description="a digit")], ...] = ()


def test_all_problems_of_a_table_are_reported() -> None:
    wrong = {"even": 3, "plain": "x", "share": inf, "several": [1, 10, "y"], "more": True}
    assert typed(wrong, Example) == (
        None,
        [
            ("more", 'unknown key "more"; known keys are even, plain, share, several'),
            ("even", "even = 3: give an even number"),
            ("plain", 'plain = "x": Expected `int`, got `str`'),
            ("share", "share = Infinity: give a number that is finite"),
            ("several[1]", "several[1] = 10: give a digit"),
            ("several[2]", 'several[2] = "y": give a digit'),
        ],
    )
    assert typed({}, Example) == (None, [("even", "no even: give an even number")])
    assert typed({"even": 2}, Example) == (Example(even=2), [])


def test_a_value_is_shown_on_one_short_line() -> None:
    assert shown("a\x1b\n") == '"a\\u001b\\n"'
    assert len(shown("x" * 1000)) == 60
    assert shown(int("9" * 4000) ** 3) == "a int too large to show"
