"""Texts with places for values."""

import pytest

from labwire.template import template


def test_a_text_without_places_stays_as_it_is() -> None:
    found = template("$5 {a} $name")
    assert found.filled({}) == "$5 {a} $name"
    assert not found.names


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("/rows/${id}", "/rows/7"),
        ("${id + n}", "9"),
        ("${(id + n) * 7919 % 10007}", "1222"),
        ("${id // 2 - 1}", "2"),
        ("${name}${id}", "<a & b>7"),
        ("${html(name)}", "&lt;a &amp; b&gt;"),
        ("${ 3 }", "3"),
    ],
)
def test_a_place_is_a_value_or_arithmetic(text: str, filled: str) -> None:
    assert template(text).filled({"id": 7, "n": 2, "name": "<a & b>"}) == filled


def test_each_value_is_written_as_its_place_needs_it() -> None:
    found = template("a${x}b${y}").filled({"x": 1, "y": "z"}, lambda value: f"[{value}]")
    assert found == "a[1]b[z]"


def test_it_knows_its_names() -> None:
    assert template("${a + b * 2} ${html(c)} ${d}").names == {"a", "b", "c", "d"}


@pytest.mark.parametrize(
    "text",
    [
        "${}",
        "${a.b}",
        "${a ** 2}",
        "${a / 2}",
        "${len(a)}",
        "${html(a, b)}",
        "${html}()${'x'}",
        "${1.5}",
        "${True}",
        "${a if b else c}",
        "${__import__('os')}",
        "${a b}",
    ],
)
def test_nothing_else_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="is not a value: give a name, whole numbers"):
        template(text)


def test_a_place_has_an_end() -> None:
    with pytest.raises(ValueError, match="has no }"):
        template("/rows/${id")


@pytest.mark.parametrize("text", ["${name + 1}", "${id % 0}"])
def test_what_cannot_be_computed_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="cannot compute a value"):
        template(text).filled({"id": 7, "name": "a"})
