"""Kinds of failures keep the texts that records and Locust's files contain."""

import csv
import io
import json

import msgpack  # type: ignore[import-untyped]
import pytest

from labwire.failure import FailureKind

PUBLISHED = {"connect_refused", "connect_timeout", "reset", "timeout", "eof"}
PUBLISHED |= {"bad_status", "bad_body"}


def test_published_kinds_keep_their_names() -> None:
    assert set(FailureKind) >= PUBLISHED


@pytest.mark.parametrize("kind", FailureKind)
def test_a_kind_is_written_as_its_text_in_every_format(kind: FailureKind) -> None:
    text, rows = kind.value, io.StringIO()
    csv.writer(rows).writerow([kind])
    assert rows.getvalue() == f"{text}\r\n"
    assert json.dumps({kind: kind}) == json.dumps({text: text})
    assert msgpack.dumps({kind: kind}) == msgpack.dumps({text: text})
    assert (f"{kind}: why", repr(str(kind))) == (f"{text}: why", repr(text))


@pytest.mark.parametrize("kind", FailureKind)
def test_a_kind_finds_a_count_under_its_text(kind: FailureKind) -> None:
    counts: dict[str, int] = {kind.value: 1}
    assert counts[kind] == 1
