"""The ways of judging a body."""

import hashlib
from contextlib import suppress
from typing import Any

import pytest

from labwire.body import check
from labwire.exchange import JudgedBy, RightAnswer
from labwire.json_value import difference


def wrong(judged_by: JudgedBy, right: bytes, body: bytes, size: int | None = None) -> str | None:
    answer = RightAnswer(status=200, content_type=b"", body=right, judged_by=judged_by, size=size)
    return check(answer)(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1,"b":[true,null,"\xc3\xa9"]}',
        b'{"b": [true, null, "\\u00e9"],\n "a": 1}',
        b'{"a":1.0,"b":[true,null,"\xc3\xa9"]}',
        b'{"b":[true,null,"\xc3\xa9"],"a":1e0}',
    ],
)
def test_json_is_equal_in_value(body: bytes) -> None:
    assert wrong(JudgedBy.JSON, '{"a": 1, "b": [true, null, "é"]}'.encode(), body) is None


@pytest.mark.parametrize(
    ("found", "right", "words"),
    [
        (2, 1, "the document is 2, not 1"),
        (True, 1, "the document is true, not 1"),
        (0, False, "the document is 0, not false"),
        ("1", 1, 'the document is "1", not 1'),
        ({"a": {}}, {"a": {"b": 1}}, ".a.b is missing"),
        ({"a": 1, "c": 2}, {"a": 1}, ".c is not expected"),
        ([1] * 19, [1] * 20, "the document has 19 items, not 20"),
        ({"rows": [{"id": 1}]}, {"rows": [{"id": 2}]}, ".rows[0].id is 1, not 2"),
        ([], {}, "the document is [], not {}"),
    ],
)
def test_the_first_difference_of_json_is_told_with_its_place(
    found: Any, right: Any, words: str
) -> None:
    assert difference(found, right) == words
    assert difference(right, right) is None


@pytest.mark.parametrize(
    ("right", "body", "words"),
    [
        (b'[{"a": 1}]', b'[{"a": true}]', "[0].a is true, not 1"),
        (b'{"a": false}', b'{"a": 0}', ".a is 0, not false"),
        (b'{"a": 0.1}', b'{"a": 0.10000000000000001}', None),
        (b'{"a": -0.0}', b'{"a": 0}', None),
        (b'{"a": 123456789012345678901}', b'{"a": 123456789012345678901.0}', "is 1.2345"),
        (b'{"a": 123456789012345678901}', b'{"a": 123456789012345678901}', None),
    ],
)
def test_numbers_are_compared_as_numbers_and_are_no_truth_values(
    right: bytes, body: bytes, words: str | None
) -> None:
    told = wrong(JudgedBy.JSON, right, body)
    assert told is None if words is None else words in str(told)


def test_what_is_not_json_is_told() -> None:
    told = wrong(JudgedBy.JSON, b"{}", b"{'a': 1}")
    assert told is not None
    assert told.startswith("the body is not JSON (")


@pytest.mark.parametrize("opened", [b"[", b'{"a":'])
def test_deep_nesting_is_no_error_of_the_lab(opened: bytes) -> None:
    """Each part of the comparison has its own depth from which on it is too much for Python."""
    assert wrong(JudgedBy.JSON, b"{}", opened * 100_000) is not None
    closed = b"]" if opened == b"[" else b"}"
    for depth in range(900, 1100):
        assert wrong(JudgedBy.JSON, b"{}", opened * depth + b"1" + closed * depth) is not None
    for depth in range(100, 1100, 10):
        document = opened * depth + b"1" + closed * depth
        with suppress(ValueError):  # it is refused as a right answer
            assert wrong(JudgedBy.JSON, document, document) is None
            assert wrong(JudgedBy.JSON, document, document.replace(b"1", b"2")) is not None


def test_a_pattern_matches_the_whole_body() -> None:
    assert wrong(JudgedBy.PATTERN, rb"<p>\d+</p>\s*", b"<p>17</p>\n") is None
    assert wrong(JudgedBy.PATTERN, rb"<p>\d+</p>", b"<p>17</p>x") is not None
    assert wrong(JudgedBy.PATTERN, rb".*", b"a\nb") is None


def test_the_part_of_a_pattern_that_occurs_nowhere_is_told() -> None:
    told = wrong(JudgedBy.PATTERN, b".*<h1>Shop</h1>.*Task 1 .*", b"<h1>Shop</h1><li>Task 1</li>")
    assert told is not None
    assert "whose part 'Task 1 ' is nowhere in it: '<h1>Shop" in told
    for pattern in (b".*b.*a", b"(a.*b)c", b"(?i).*X.*a", b"x.*|y.*"):
        told = wrong(JudgedBy.PATTERN, pattern, b"ab")
        assert told is not None
        assert "whose part" not in told


def test_a_digest_counts_with_its_size() -> None:
    digest = hashlib.sha256(b"abc").hexdigest().encode()
    assert wrong(JudgedBy.DIGEST, digest, b"abc", 3) is None
    for body in (b"abcd", b"abd"):
        found = hashlib.sha256(body).hexdigest()
        assert wrong(JudgedBy.DIGEST, digest, body, 3) == (
            f"body of {len(body)} bytes with the SHA-256 {found}, not 3 with {digest.decode()}: "
            f"{body.decode()!r}"
        )


def test_with_the_status_alone_every_body_is_right() -> None:
    assert wrong(JudgedBy.STATUS, b"", b"anything") is None


@pytest.mark.parametrize(("judged_by", "right"), [(JudgedBy.JSON, b"{"), (JudgedBy.PATTERN, b"(")])
def test_a_right_answer_that_is_none_is_refused(judged_by: JudgedBy, right: bytes) -> None:
    with pytest.raises(ValueError, match=r"JSON|regular expression|truncated"):
        wrong(judged_by, right, b"")
