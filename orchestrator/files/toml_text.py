"""Writes tables as TOML: only what JSON has, too, which is all that a contract needs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def toml_text(tables: Mapping[str, Mapping[str, Any]]) -> str:
    """Tables with their keys. Nested tables stand in one line."""
    return "\n".join(f"[{_key(name)}]\n{toml_lines(table)}" for name, table in tables.items())


def toml_lines(table: Mapping[str, Any]) -> str:
    """The keys of one table, each in a line."""
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in table.items())


def _key(key: str) -> str:
    return json.dumps(key, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    # TOML knows no surrogate pairs, which are JSON's way to escape an emoji. DEL is the only
    # character that JSON leaves as it is and TOML forbids.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
