"""A workload of many requests: kinds with weights, and values drawn from lists and ranges.

The draws follow from the workload's name alone. So every service gets the same requests in the same
order, in every run.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import quote

from labwire.exchange import Exchange, JudgedBy, Method, Request, RightAnswer
from labwire.template import Template, Value

DEALT = 2_000
"""Requests of a mix before they begin again, if it names no smaller number: more than a cache of
answers would usually hold, and few enough for a worker to make them within a second, unless their
answers are large."""
SAMPLES = 2
"""Requests of each kind that a service is verified with. One alone could not show an answer that
was kept from the request before."""
CORNERS = 20
"""Most requests of each kind that a service is verified with to see every value once, or as many of
a longer list."""
COUNTER = "n"
"""The name that counts the items of a list, from 0."""


@dataclass(frozen=True, slots=True)
class Range:
    """Whole numbers from ``first`` to ``last``."""

    first: int
    last: int


Choices = Range | tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Requests that differ in their values only.

    ``label``: what messages call them. ``right``: the right answer without its body, which
    ``answer`` makes. ``items``: the answer is a JSON list of so many, and ``answer`` makes each.
    ``sends_json``: the request's body is JSON.
    """

    label: str
    method: Method
    path: Template
    headers: tuple[tuple[str, Template], ...]
    body: Template
    sends_json: bool
    right: RightAnswer
    answer: Template
    items: int | None = None
    weight: int = 1

    def exchange(self, values: Mapping[str, Value]) -> Exchange:
        """The request with these values, and the right answer to it.

        Raises:
            ValueError: a place cannot be computed with these values.
        """
        request = Request(
            path=self.path.filled(values, in_path),
            method=self.method,
            headers=tuple((name, text.filled(values)) for name, text in self.headers),
            body=self.body.filled(values, in_json if self.sends_json else str).encode(),
        )
        right = replace(self.right, body=self._answer(values).encode())
        return Exchange(kind=self.label, request=request, right=right)

    def _answer(self, values: Mapping[str, Value]) -> str:
        write = _WRITTEN.get(self.right.judged_by, str)
        if self.items is None:
            return self.answer.filled(values, write)
        each = (
            self.answer.filled({**values, COUNTER: number}, write) for number in range(self.items)
        )
        return f"[{','.join(each)}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """The kinds of a workload's requests, and what their values are drawn from, by name.

    ``dealt``: requests before they begin again.
    """

    workload: str
    kinds: tuple[Kind, ...]
    values: tuple[tuple[str, Choices], ...]
    dealt: int = DEALT

    def exchanges(self) -> tuple[Exchange, ...]:
        """`dealt` exchanges in the order in which they are sent, each kind by its weight.

        Raises:
            ValueError: a place cannot be computed with the values that were drawn.
        """
        return _all_dealt(self)

    def samples(self) -> tuple[Exchange, ...]:
        """The first `SAMPLES` exchanges of each kind.

        Raises:
            ValueError: as `exchanges`.
        """
        found: dict[str, list[Exchange]] = {kind.label: [] for kind in self.kinds}
        for exchange in _dealt(self):
            some = found[exchange.kind]
            if len(some) < SAMPLES:
                some.append(exchange)
                if all(len(each) == SAMPLES for each in found.values()):
                    break
        return tuple(exchange for some in found.values() for exchange in some)

    def corners(self) -> tuple[Exchange, ...]:
        """Exchanges of each kind with every entry of each list, and both ends of each range.

        At most `CORNERS` of each kind: of a longer list, entries at equal distances.

        Raises:
            ValueError: as `exchanges`.
        """
        sizes = [2 if isinstance(one, Range) else len(one) for _, one in self.values]
        count = min(max(sizes, default=0), CORNERS)
        corners = [
            {name: _at(choices, place, count) for name, choices in self.values}
            for place in range(count)
        ]
        return tuple(kind.exchange(values) for kind in self.kinds for values in corners)


def in_path(value: Value) -> str:
    """A value as a part of a path or query (RFC 3986)."""
    return quote(str(value), safe="")


def in_json(value: Value) -> str:
    """A value inside a JSON document; a text without the quotation marks around it."""
    return json.dumps(value, ensure_ascii=False)[1:-1] if isinstance(value, str) else str(value)


def in_pattern(value: Value) -> str:
    """A value inside a regular expression, where it means itself."""
    return re.escape(str(value))


_WRITTEN = {JudgedBy.JSON: in_json, JudgedBy.PATTERN: in_pattern}


@lru_cache(maxsize=32)
def _all_dealt(mix: Mix) -> tuple[Exchange, ...]:
    return tuple(_dealt(mix))


def _dealt(mix: Mix) -> Iterator[Exchange]:
    draw = random.Random(mix.workload)
    kinds = [kind for kind, count in _counts(mix) for _ in range(count)]
    draw.shuffle(kinds)
    for kind in kinds:
        yield kind.exchange(_drawn(mix, draw))


def _counts(mix: Mix) -> Iterator[tuple[Kind, int]]:
    """How often each kind is dealt; together `dealt` times."""
    whole, before, weight = sum(kind.weight for kind in mix.kinds), 0, 0
    for kind in mix.kinds:
        weight += kind.weight
        until = weight * mix.dealt // whole
        yield kind, until - before
        before = until


def _at(choices: Choices, place: int, count: int) -> Value:
    """The value at one of ``count`` places; every end and, if they suffice, every entry has one."""
    if isinstance(choices, Range):
        return (choices.first, choices.last)[place % 2]
    if len(choices) > count:
        return choices[place * (len(choices) - 1) // (count - 1)]
    return choices[place % len(choices)]


def _drawn(mix: Mix, draw: random.Random) -> dict[str, Value]:
    return {
        name: draw.randint(choices.first, choices.last)
        if isinstance(choices, Range)
        else draw.choice(choices)
        for name, choices in mix.values
    }
