"""The record as JSON and back, whichever version of the lab wrote it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from orchestrator.errors import UsageError
from orchestrator.model.record import SCHEMA, RunRecord

Document = dict[str, Any]


def _to_2(document: Document) -> Document:
    """Schema 2 brought what nobody had kept before: the contract, raw files, the own package."""
    return {**document, "schema": 2, "contract": {}}


MIGRATIONS: dict[int, Callable[[Document], Document]] = {1: _to_2}
"""Old schema -> what makes a document of it one of the next schema."""


def encode(record: RunRecord) -> bytes:
    """The record as indented JSON, the same bytes for the same record."""
    return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"


def decode(text: bytes, where: str) -> RunRecord:
    """JSON of this or an older schema as a record of this one.

    Raises:
        UsageError: no JSON, a schema that is not known, or a field that does not fit; names
            ``where``.
    """
    try:
        document = msgspec.json.decode(text, type=Document)
        return msgspec.convert(migrated(document, where), RunRecord)
    except msgspec.MsgspecError as error:
        raise UsageError(f"{where}: not a run record: {error}") from error


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
