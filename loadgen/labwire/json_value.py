"""Compares JSON documents by value: the order of members, spaces and escapes do not count."""

from __future__ import annotations

from typing import Any

import msgspec

SHOWN = 60
"""Most characters that are shown of a value."""
TOO_DEEP = "it is nested too deeply"

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder(order="deterministic").encode


def parsed(text: bytes) -> Any:
    """The value of a JSON document.

    Raises:
        ValueError: it is not one, or is nested too deeply.
    """
    try:
        return _decode(text)
    except RecursionError as error:
        raise ValueError(TOO_DEEP) from error


def canonical(value: Any) -> bytes:
    """A document of this value. Values with the same one are equal; equal ones that are written
    differently, such as 1 and 1.0, have different ones.

    Raises:
        ValueError: it is nested too deeply.
    """
    try:
        return _encode(value)
    except RecursionError as error:
        raise ValueError(TOO_DEEP) from error


def difference(found: Any, right: Any) -> str | None:
    """The first difference between two values, in words; None if they are equal.

    1 and 1.0 are equal. Python also holds true and 1 for equal; JSON does not.

    Raises:
        ValueError: they are nested too deeply.
    """
    try:
        return _difference(found, right, "")
    except RecursionError as error:
        raise ValueError(TOO_DEEP) from error


def _difference(found: Any, right: Any, where: str) -> str | None:
    if isinstance(right, dict) and isinstance(found, dict):
        return _of_objects(found, right, where)
    if isinstance(right, list) and isinstance(found, list):
        return _of_lists(found, right, where)
    if found == right and isinstance(found, bool) == isinstance(right, bool):
        return None
    return f"{where or 'the document'} is {_shown(found)}, not {_shown(right)}"


def _of_objects(found: dict[str, Any], right: dict[str, Any], where: str) -> str | None:
    for name, value in right.items():
        if name not in found:
            return f"{where}.{name} is missing"
        if told := _difference(found[name], value, f"{where}.{name}"):
            return told
    if more := found.keys() - right.keys():
        return f"{where}.{min(more)[:SHOWN]} is not expected"
    return None


def _of_lists(found: list[Any], right: list[Any], where: str) -> str | None:
    if len(found) != len(right):
        return f"{where or 'the document'} has {len(found)} items, not {len(right)}"
    for place, (one, other) in enumerate(zip(found, right, strict=True)):
        if told := _difference(one, other, f"{where}[{place}]"):
            return told
    return None


def _shown(value: Any) -> str:
    text = msgspec.json.encode(value).decode(errors="replace")
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
