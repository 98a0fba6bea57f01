"""The record as JSON and back."""

from __future__ import annotations

import msgspec

from orchestrator.errors import UsageError
from orchestrator.model.record import SCHEMA, RunRecord


def encode(record: RunRecord) -> bytes:
    """The record as indented JSON, the same bytes for the same record."""
    return msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n"


def decode(text: bytes, where: str) -> RunRecord:
    """JSON as a record.

    Raises:
        UsageError: no JSON, another schema, or a field that does not fit; names ``where``.
    """
    try:
        schema = msgspec.json.decode(text, type=dict[str, object]).get("schema")
        if schema != SCHEMA:
            raise UsageError(
                f"{where}: record of schema {schema!r}; this version of the lab reads {SCHEMA}"
            )
        return msgspec.json.decode(text, type=RunRecord)
    except msgspec.MsgspecError as error:
        raise UsageError(f"{where}: not a run record: {error}") from error
