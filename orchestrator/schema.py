"""The JSON Schema of ``run.json``, made from the types and the docstrings of their fields."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

import msgspec

from orchestrator.json_text import indented
from orchestrator.model.record import SCHEMA, RunRecord

_SENTENCE = re.compile(r"(?<=\.) ")
_CLAUSE = re.compile(r"; (?=``)")
_SUBJECTS = re.compile(r"``\w+``(?:(?:,| and) ``\w+``)*")


def run_schema() -> bytes:
    """The schema (draft 2020-12) as indented JSON; equal types give equal bytes."""
    document = msgspec.json.schema(RunRecord)
    kinds = {kind.__name__: kind for kind in _kinds(RunRecord)}
    for name, definition in document["$defs"].items():
        if kind := kinds.get(name):
            _describe(definition, kind)
    document["$defs"]["RunRecord"]["properties"]["schema"]["const"] = SCHEMA
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The record of a run (run.json)",
        "description": (
            "Units are in the names: _s seconds, _ms milliseconds, _us microseconds, _bytes bytes, "
            "rps requests per second. null: not measured, or nothing to measure; never 0 instead. "
            "Members may be added; none changes its meaning without a new schema number."
        ),
    }
    return indented({**head, **document}).encode()


def _kinds(kind: type) -> Iterator[type]:
    """A dataclass and all dataclasses in its fields."""
    yield kind
    for hint in get_type_hints(kind).values():
        for part in (hint, *get_args(hint)):
            if is_dataclass(part) and isinstance(part, type):
                yield from _kinds(part)


def _describe(definition: dict[str, Any], kind: type) -> None:
    """Add the docstring to the descriptions of a type and its fields."""
    said = inspect.getdoc(kind) or ""
    definition["description"] = _plain(said)
    for name, text in _by_field(said).items():
        if name in {field.name for field in fields(kind)}:
            # A description beside a reference is allowed since draft 2019-09.
            definition["properties"][name]["description"] = text


def _by_field(docstring: str) -> dict[str, str]:
    """Field -> its description: the clause of the docstring that begins with the field's name.

    A clause ends with its sentence, or at a semicolon if a name follows.
    """
    found: dict[str, str] = {}
    for sentence in _SENTENCE.split(" ".join(docstring.split())):
        for clause in _CLAUSE.split(sentence.rstrip(".")):
            if subjects := _SUBJECTS.match(clause):
                for name in re.findall(r"\w{3,}", subjects[0]):
                    found.setdefault(name, _plain(clause))
    return found


def _plain(text: str) -> str:
    """A docstring without markup, and with JSON's null for None."""
    text = re.sub(r"`+(\w[^`]*)`+", r"\1", " ".join(text.split()))
    return re.sub(r"\bNone\b", "null", text)
