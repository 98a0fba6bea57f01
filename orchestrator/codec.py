"""Encodes records as JSON and decodes those of this and older versions of the lab.

Names, titles and file names of a trial are refused if they break the rules of `words.py`. In all
other text, unprintable characters are replaced and overlong text is cut: such text comes from
containers and hosts, and one bad byte in it is no reason to lose a run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import msgspec

from orchestrator import words
from orchestrator.errors import UsageError
from orchestrator.json_text import indented
from orchestrator.model.record import SCHEMA, RunRecord
from orchestrator.profiles import NANODE

MOST_BYTES = 64 * 2**20
"""Largest record; a run of a thousand trials takes half of it."""
LOGS, TITLES, DATA = {"log_tail"}, {"name"}, {"histogram"}
"""Fields of several lines; where a line break does not become a space; that are never cut."""
_BREAKS = str.maketrans(dict.fromkeys("\t\n\v\f\r\x85\u2028\u2029", words.REPLACEMENT))

Document = dict[str, Any]
T = TypeVar("T")


class OfSchema(Protocol):
    """A record that says by which schema it was written."""

    @property
    def schema(self) -> int:
        """The schema's number."""


V = TypeVar("V", bound=OfSchema)


def _to_2(document: Document) -> Document:
    """Schema 2 added the contract, raw files and the framework's package, all missing in 1."""
    return {**document, "schema": 2, "contract": {}}


MIGRATIONS: dict[int, Callable[[Document], Document]] = {1: _to_2}
"""Old schema -> function that turns its documents into documents of the next schema."""


def _ranked_by_name(document: Document) -> Document:
    """Set ``by_cost``, which older profiles lack: only runs of `nanode` were ranked by cost."""
    profile = document.get("profile")
    if not isinstance(profile, dict) or "by_cost" in profile:
        return document
    by_cost = profile.get("name") == NANODE
    return {**document, "profile": {**profile, "by_cost": by_cost}}


def encode(record: object) -> bytes:
    """A record of any kind as indented JSON; equal records give equal bytes."""
    return indented(readable(record)).encode()


def readable(record: object) -> Any:
    """A record of any kind as dicts, lists and text without unprintable characters."""
    return words.each(msgspec.to_builtins(record), _text)


def decode(text: bytes, where: str) -> RunRecord:
    """JSON of this or an older schema as a record of this one.

    Raises:
        UsageError: too long, not JSON, of an unknown schema, or with a field that does not fit;
            names ``where``.
    """
    return decoded(
        text,
        RunRecord,
        where,
        "run record",
        lambda document: _ranked_by_name(migrated(document, where)),
    )


def decoded(
    text: bytes,
    kind: type[T],
    where: str,
    called: str,
    renewed: Callable[[Document], Document] = lambda document: document,
) -> T:
    """Decode JSON as a record of this kind.

    Args:
        called: name of this kind of record, for messages.
        renewed: turns a document of an older schema into one of this schema.

    Raises:
        UsageError: too long, not JSON, or with a field that does not fit; names ``where``.
    """
    if len(text) > MOST_BYTES:
        raise UsageError(f"{where}: not a {called}: it has more than {MOST_BYTES >> 20} MiB")
    try:
        document = renewed(msgspec.json.decode(text, type=Document))
        return msgspec.convert(words.each(document, _text, _number), kind)
    except msgspec.MsgspecError as error:
        raise UsageError(f"{where}: not a {called}: {words.told(error)}") from error
    except RecursionError as error:
        raise UsageError(f"{where}: not a {called}: it is nested too deeply") from error
    except ValueError as error:  # not UTF-8, or a number out of range
        raise UsageError(f"{where}: not a {called}: {words.line(str(error), 200)}") from error


def decoded_of_schema(
    text: bytes, kind: type[V], where: str, called: str, *, newest: int, oldest: int | None = None
) -> V:
    """Decode JSON as a record of this kind and of one of these schemas.

    Args:
        oldest: None: only the newest can be read.

    Raises:
        UsageError: as `decoded`, or it is of another schema; names ``where``.
    """
    record = decoded(text, kind, where, called)
    least = newest if oldest is None else oldest
    if not least <= record.schema <= newest:
        reads = f"{newest}" if least == newest else f"{least} to {newest}"
        raise UsageError(
            f"{where}: {called} of schema {record.schema}; this version of the lab reads {reads}"
        )
    return record


def migrated(document: Document, where: str) -> Document:
    """Turn a document of this or an older schema into one of this schema.

    Raises:
        UsageError: its schema is newer, unknown or missing.
    """
    schema = document.get("schema")
    if type(schema) is not int or schema not in {*MIGRATIONS, SCHEMA}:
        newer = type(schema) is int and schema > SCHEMA
        readable = " and ".join(map(str, [*sorted(MIGRATIONS), SCHEMA]))
        raise UsageError(
            f"{where}: record of schema {schema!r}; this version of the lab reads {readable}"
            + ("; update the lab to read it" if newer else "")
        )
    for older in range(schema, SCHEMA):
        document = MIGRATIONS[older](document)
    return document


def _text(key: str, text: str) -> str:
    if key in DATA:
        return text
    if key in LOGS:
        return words.log(text)
    return words.line(text.translate(_BREAKS) if key in TITLES else text)


def _number(number: float) -> float:
    if not words.finite(number):
        raise ValueError("it has a number larger than anything that a run can measure")
    return number
