"""Converts raw values of a file or the environment to a type, and reports every problem.

Each field states its allowed values as ``Annotated`` with msgspec's ``Meta``: the limits, a
``description`` that can end a message ("give ..."), and, if limits are not enough,
``extra={HOLDS: a test}``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from functools import cache
from math import isfinite
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

T = TypeVar("T")
HOLDS = "holds"
SHOWN = 60
"""Most characters of a wrong value that a message shows."""
CUT = "…"


def typed(
    table: Mapping[str, Any],
    kind: type[T],
    unknown: Callable[[str, Any], str] | None = None,
    said: Callable[[msgspec.ValidationError], str] = str,
) -> tuple[T | None, list[tuple[str, str]]]:
    """Convert a table to ``kind``, or return every problem as (key, text).

    Args:
        kind: a dataclass.
        unknown: makes the message about a key that is not a field, from key and value.
        said: makes the message about a value whose type has no `description`, from msgspec's error.
    """
    known = _fields(kind)  # type: ignore[arg-type]
    problems = [
        (str(key), unknown(key, value) if unknown else _no_such(key, list(known)))
        for key, value in table.items()
        if key not in known
    ]
    for key, (field, hint) in known.items():
        if key in table:
            problems += _wrong(key, table[key], hint, said)
        elif field.default is MISSING and field.default_factory is MISSING:
            problems.append((key, f"no {key}{_give(hint)}"))
    return (None if problems else msgspec.convert(table, kind)), problems


def shown(value: object) -> str:
    """A value as JSON, on one line of at most ``SHOWN`` characters."""
    try:
        text = json.dumps(value, default=str)
    except (
        ValueError,
        RecursionError,
    ):  # a number with thousands of digits, or a list that contains itself
        text = f"a {type(value).__name__} too large to show"
    text = text.replace("\x7f", "\\u007f")  # the one character that JSON leaves unprintable
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + CUT


@cache
def _fields(kind: type) -> dict[str, tuple[Field[Any], Any]]:
    hints = get_type_hints(kind, include_extras=True)
    return {field.name: (field, hints[field.name]) for field in fields(kind)}


def _wrong(
    key: str, value: Any, hint: Any, said: Callable[[msgspec.ValidationError], str]
) -> list[tuple[str, str]]:
    """Every problem with one value; for a list or a table, every problem with its parts."""
    if found := [p for part in _parts(key, value, hint) for p in _wrong(*part, said)]:
        return found
    if isinstance(value, float) and not isfinite(value):
        return [(key, f"{key} = {shown(value)}{_give(hint) or ': give a number that is finite'}")]
    try:
        msgspec.convert(value, hint)
    except msgspec.ValidationError as error:
        return [(key, f"{key} = {shown(value)}{_give(hint) or f': {said(error)}'}")]
    holds = value is None or all(test(value) for test in _tests(hint))
    return [] if holds else [(key, f"{key} = {shown(value)}{_give(hint)}")]


def _no_such(key: str, known: list[str]) -> str:
    return f"unknown key {shown(key)}; known keys are {', '.join(known)}"


def _give(hint: Any) -> str:
    words = [meta.description for meta in _metas(hint) if meta.description]
    return f": give {words[-1]}" if words else ""


def _tests(hint: Any) -> list[Callable[[Any], bool]]:
    return [meta.extra[HOLDS] for meta in _metas(hint) if meta.extra and HOLDS in meta.extra]


def _metas(hint: Any) -> list[msgspec.Meta]:
    """The ``Meta`` of a type; for a union, those of its members."""
    if get_origin(hint) in (Union, UnionType):
        return [meta for part in get_args(hint) for meta in _metas(part)]
    inside = get_args(hint) if get_origin(hint) is Annotated else ()
    return [note for note in inside if isinstance(note, msgspec.Meta)]


def _parts(key: str, value: Any, hint: Any) -> list[tuple[str, Any, Any]]:
    """Each item of a list, or each name and value of a table, as (key, item, type).

    A table has parts only if the type of its values has a `description`.
    """
    bare = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    inside = get_args(bare)
    if isinstance(value, list) and get_origin(bare) is tuple and inside[1:] == (...,):
        return [(f"{key}[{n}]", item, inside[0]) for n, item in enumerate(value)]
    if isinstance(value, dict) and get_origin(bare) is dict and _give(inside[1]):
        names = [(key, name, inside[0]) for name in value]
        return names + [(f"{key}[{shown(name)}]", item, inside[1]) for name, item in value.items()]
    return []
