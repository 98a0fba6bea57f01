"""Rules for text from outside: bad names are refused, other text becomes readable."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest

from orchestrator import words
from orchestrator.words import Address, Amount, Line, Moment, Name, RawFile, RunId, Title

UNPRINTABLE = [
    *range(0x09),
    0x0B,
    0x0C,
    *range(0x0E, 0x20),
    *range(0x7F, 0xA0),
    0x061C,
    0x200E,
    0x200F,
    *range(0x2028, 0x202F),
    *range(0x2066, 0x206A),
    0xD800,
    0xDFFF,
    *range(0xFDD0, 0xFDF0),
    *(plane + last for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF)),
]
"""C0, C1, DEL, separators, direction marks, surrogates, noncharacters."""


def fits(text: str, kind: Any) -> bool:
    try:
        return bool(msgspec.convert(text, kind) == text)
    except msgspec.ValidationError:
        return False


@pytest.mark.parametrize("text", ["flask", "json", "a", "django-5", "a" * words.NAME_LENGTH])
def test_a_name_has_lower_case_letters_digits_and_hyphens(text: str) -> None:
    assert fits(text, Name)
    assert words.is_name(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "../x",
        "a/b",
        "a\\b",
        ".",
        "Flask",
        "1a",
        "-a",
        "a b",
        "a\n",
        "a\x00",
        "ä",
        "a.b",
        "a" * 64,
    ],
)
def test_anything_else_is_not_a_name(text: str) -> None:
    assert not fits(text, Name)
    assert not words.is_name(text)


def test_a_title_is_one_line_that_a_person_can_read() -> None:
    assert fits("Django+Gunicorn", Title)
    assert fits("Fläsk <b> | ` 😀", Title)
    assert not fits("", Title)
    assert not fits("x" * 101, Title)
    assert not fits("could not be read: \ufffd", Title)


@pytest.mark.parametrize("code", [c for c in UNPRINTABLE if c < 0x10000])
def test_no_title_and_no_line_has_an_unprintable_character(code: int) -> None:
    assert not fits(f"a{chr(code)}b", Title)
    assert not fits(f"a{chr(code)}", Line)


@pytest.mark.parametrize("code", UNPRINTABLE)
def test_unprintable_characters_are_replaced_in_lines_and_logs(code: int) -> None:
    text = f"a{chr(code)}b"
    assert words.line(text) in ("a\ufffdb", "a b")
    assert words.log(text) == words.printable(text) == "a\ufffdb"


def test_a_raw_files_name_must_be_below_raw() -> None:
    assert fits("raw/001-flask-json-1/locust_stats.csv", RawFile)
    for text in ("raw/../x/y", "raw/a/..", "/raw/a/b", "raw/a", "raw/a/b/c", "raw/a/.b", "a/b/c"):
        assert not fits(text, RawFile)


def test_a_run_has_the_id_that_the_lab_makes() -> None:
    assert fits("2026-03-02-abcdef", RunId)
    for text in ("../../x", "latest", "2026-03-02-abcdef/..", "2026-03-02-ABCDEF", ""):
        assert not fits(text, RunId)


def test_a_moment_is_utc_to_the_second() -> None:
    assert fits("2026-03-02T12:00:00Z", Moment)
    for text in ("2026-03-02", "2026-03-02T12:00:00+01:00", "<b>", "2026-03-02T12:00:00Z\n"):
        assert not fits(text, Moment)


@pytest.mark.parametrize("number", [math.nan, math.inf, -1.0, 1e30])
def test_an_amount_must_be_finite_and_not_negative(number: float) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(number, Amount)
    assert msgspec.convert(0.5, Amount) == 0.5


def test_an_address_must_be_safe_to_link_to() -> None:
    assert fits("https://flask.palletsprojects.com/en/stable/?a=b#c", Address)
    for text in ("javascript:alert(1)", "//host", "https://", "https://a b", 'https://a"b', ""):
        assert not fits(text, Address)


def test_a_line_has_no_newlines_but_a_log_may() -> None:
    assert words.line("a\r\nb\tc\nd") == "a b c d"
    assert words.log("a\r\nb\tc\nd") == "a\nb\tc\nd"
    assert words.printable("10 %\r20 %\r\n") == "10 %\n20 %\n"


def test_colour_sequences_are_removed_completely() -> None:
    assert words.log("\x1b[1;31merror\x1b[0m: no") == "error: no"
    assert words.line("\x1b\x1b[31m[32mx") == "\ufffd[32mx"


def test_a_line_is_cut_at_its_end_and_a_log_at_its_start() -> None:
    assert words.line("abcdef", 4) == "abc…"
    assert words.log("abcdef", 4) == "…def"
    for once in (words.line, words.log):
        text = once("ab\n" * 100_000)
        assert once(text) == text


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 1e30, 10**400])
def test_infinite_numbers_are_refused(number: float) -> None:
    assert not words.finite(number)
    assert words.finite(0.0)
    assert words.finite(2**64)


def test_each_text_and_number_of_a_document_is_changed() -> None:
    document = {"a": ["x", {"b": "y"}], "n": 1, "yes": True, "none": None}
    said: list[tuple[str, str]] = []

    def keep(key: str, text: str) -> str:
        said.append((key, text))
        return text.upper()

    changed = words.each(document, keep, lambda number: number + 1)
    assert changed == {"A": ["X", {"B": "Y"}], "N": 2, "YES": True, "NONE": None}
    assert ("a", "x") in said
    assert ("b", "y") in said


def test_a_refusal_says_what_is_allowed() -> None:
    with pytest.raises(msgspec.ValidationError) as error:
        msgspec.convert({"a": "../x"}, dict[str, Name])
    assert words.told(error.value) == (
        "Expected a name of a-z, 0-9 and -, which begins with a letter - at `$[...]`"
    )


@pytest.mark.parametrize(
    "tag", ["3.12", "3.7.16", "3.14-rc", "3.15.0b1", "3.12-slim-bookworm", "3.15.0rc2-slim"]
)
def test_tags_of_the_official_python_image_are_versions(tag: str) -> None:
    assert words.is_python_tag(tag)


@pytest.mark.parametrize(
    "tag",
    ["", "3", "3.", "2.7", "3.012", "3.12-", "3.12-Slim", "3.12 ", "3.12\n", "-3.12", "3.12:x",
     "3.1.2.3", "3.12/x", "3.12-a-b-c-d", "3.12-" + "a" * 40],
)  # fmt: skip
def test_other_text_is_no_version_of_python(tag: str) -> None:
    """It becomes part of image names."""
    assert not words.is_python_tag(tag)
