"""Texts with places for values: ``/rows?id=${id + 1}``.

Between the braces stands a name, a whole number, or arithmetic with them (``+ - * // %``), or
``html(name)``, the value with the characters escaped that mean something in HTML. A text is not a
program: there is nothing else.
"""

from __future__ import annotations

import ast
import html
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Value = int | str
Write = Callable[[Value], str]

_PLACE = re.compile(r"\$\{([^{}]*)\}")
_OPERATORS: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_Evaluate = Callable[[Mapping[str, Value]], Value]


@dataclass(frozen=True, slots=True)
class Template:
    """A text with places. ``literals`` has one part more than ``places``."""

    text: str
    literals: tuple[str, ...]
    places: tuple[_Evaluate, ...]
    names: frozenset[str]

    def __eq__(self, other: object) -> bool:
        """Equal if the texts are."""
        return isinstance(other, Template) and self.text == other.text

    def __hash__(self) -> int:
        """That of the text."""
        return hash(self.text)

    def filled(self, values: Mapping[str, Value], write: Write = str) -> str:
        """The text with the values; `write` makes the text of each, as its place needs it.

        Raises:
            ValueError: a place cannot be computed with these values; says which and why.
        """
        parts = [self.literals[0]]
        for place, literal in zip(self.places, self.literals[1:], strict=True):
            parts += (write(self._value(place, values)), literal)
        return "".join(parts)

    def _value(self, place: _Evaluate, values: Mapping[str, Value]) -> Value:
        try:
            return place(values)
        except (TypeError, ZeroDivisionError) as error:
            raise ValueError(f"cannot compute a value in {self.text[:100]!r}: {error}") from error


def template(text: str) -> Template:
    """The template of a text.

    Raises:
        ValueError: something between braces is not allowed; says what is.
    """
    literals, places, names = [], [], set[str]()
    end = 0
    for found in _PLACE.finditer(text):
        literals.append(text[end : found.start()])
        places.append(_compiled(_parsed(found[1]), names, found[0]))
        end = found.end()
    literals.append(text[end:])
    if any("${" in literal for literal in literals):
        raise ValueError("a place that begins with ${ has no }")
    return Template(text, tuple(literals), tuple(places), frozenset(names))


def _parsed(expression: str) -> ast.expr:
    try:
        return ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError) as error:
        raise ValueError(_not_allowed(f"${{{expression}}}")) from error


def _compiled(node: ast.expr, names: set[str], whole: str) -> _Evaluate:
    """A function that computes this part of an expression; `names` gets the names in it."""
    match node:
        case ast.Constant(value=int(number)) if not isinstance(number, bool):
            return lambda _: number
        case ast.Name(id=name):
            names.add(name)
            return lambda values: values[name]
        case ast.Call(func=ast.Name(id="html"), args=[inside], keywords=[]):
            escaped = _compiled(inside, names, whole)
            return lambda values: html.escape(str(escaped(values)), quote=False)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            compute = _OPERATORS[type(op)]
            first, second = _compiled(left, names, whole), _compiled(right, names, whole)
            return lambda values: compute(_number(first(values)), _number(second(values)))
    raise ValueError(_not_allowed(whole))


def _number(value: Value) -> int:
    if isinstance(value, int):
        return value
    raise TypeError(f"{value[:40]!r} is not a number")


def _not_allowed(whole: str) -> str:
    return (
        f"{whole[:100]} is not a value: give a name, whole numbers and names joined by + - * // %, "
        "or html(name)"
    )
