"""The record as JSON and back, whichever version of the lab wrote it.

Names, titles and the files of a trial are refused if they are not as `words.py` has them; in all
other text what is unprintable is replaced, and what is too long is cut: it comes from containers
and hosts, and a run is not lost for a byte of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from orchestrator import words
from orchestrator.errors import UsageError
from orchestrator.model.record import SCHEMA, RunRecord
from orchestrator.profiles import NANODE

MOST_BYTES = 64 * 2**20
"""No record is longer: a run of a thousand trials takes half of it."""
LOGS, TITLES, DATA = {"log_tail"}, {"name"}, {"histogram"}
"""Fields whose text has lines; in which a line break is no space; which must not be cut."""
_BREAKS = str.maketrans(dict.fromkeys("\t\n\v\f\r\x85\u2028\u2029", words.REPLACEMENT))

Document = dict[str, Any]
T = TypeVar("T")


def _to_2(document: Document) -> Document:
    """Schema 2 brought what nobody had kept before: the contract, raw files, the own package."""
    return {**document, "schema": 2, "contract": {}}


MIGRATIONS: dict[int, Callable[[Document], Document]] = {1: _to_2}
"""Old schema -> what makes a document of it one of the next schema."""


def _ranked_by_name(document: Document) -> Document:
    """Older profiles do not say what their runs rank: it was the cost for the one of that name."""
    profile = document.get("profile")
    if not isinstance(profile, dict) or "by_cost" in profile:
        return document
    by_cost = profile.get("name") == NANODE
    return {**document, "profile": {**profile, "by_cost": by_cost}}


def encode(record: RunRecord) -> bytes:
    """The record as indented JSON, the same bytes for the same record."""
    return msgspec.json.format(msgspec.json.encode(readable(record)), indent=2) + b"\n"


def readable(record: object) -> Any:
    """A record of any kind as dicts, lists and texts that can be read wherever they are shown."""
    return words.each(msgspec.to_builtins(record), _text)


def decode(text: bytes, where: str) -> RunRecord:
    """JSON of this or an older schema as a record of this one.

    Raises:
        UsageError: too long, no JSON, a schema that is not known, or a field that does not fit;
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
    """JSON as a record of this kind.

    Args:
        called: what such a record is, in words.
        renewed: makes of an older document one of today.

    Raises:
        UsageError: too long, no JSON, or a field that does not fit; names ``where``.
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
    except ValueError as error:  # no UTF-8, or no number
        raise UsageError(f"{where}: not a {called}: {words.line(str(error), 200)}") from error


def saved(record: RunRecord) -> RunRecord:
    """The record as whoever reads its file has it.

    Raises:
        UsageError: its file could not be read again.
    """
    return decode(encode(record), record.run_id)


def migrated(document: Document, where: str) -> Document:
    """A document of this or an older schema as one of this schema.

    Raises:
        UsageError: its schema is newer, or none at all.
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
        raise ValueError("a number in it is larger than anything that a run can measure")
    return number
