"""A kind of failure is the text that records and Locust's files have always had."""

import csv
import io
import json

import msgpack  # type: ignore[import-untyped]
import pytest

from labwire.failure import FailureKind

PUBLISHED = {"connect_refused", "connect_timeout", "reset", "timeout", "eof"}
PUBLISHED |= {"bad_status", "bad_body"}


def test_what_records_already_have_keeps_its_name() -> None:
    assert set(FailureKind) >= PUBLISHED


@pytest.mark.parametrize("kind", FailureKind)
def test_wherever_it_is_written_it_is_its_text(kind: FailureKind) -> None:
    text, rows = kind.value, io.StringIO()
    csv.writer(rows).writerow([kind])
    assert rows.getvalue() == f"{text}\r\n"
    assert json.dumps({kind: kind}) == json.dumps({text: text})
    assert msgpack.dumps({kind: kind}) == msgpack.dumps({text: text})
    assert (f"{kind}: why", repr(str(kind))) == (f"{text}: why", repr(text))


@pytest.mark.parametrize("kind", FailureKind)
def test_counted_under_its_text_it_is_found(kind: FailureKind) -> None:
    counts: dict[str, int] = {kind.value: 1}
    assert counts[kind] == 1
