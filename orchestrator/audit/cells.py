"""Reads the text of a cell as a number, with its decimal mark, separators, unit and share.

A number is read only if its meaning is certain. Otherwise the reason is returned.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Literal


class Dimension(StrEnum):
    """What a column counts or measures. A ``use`` (of CPU or memory) may be in any unit."""

    COUNT = "count"
    RATE = "rate"
    TIME = "time"
    SIZE = "size"
    USE = "use"


Decimal = Literal[".", ",", "?"]
"""The decimal mark of a column; ``?`` if it is unknown."""

MISSING = frozenset({"", "-", "--", "–", "—", "n/a", "na", "none", "null"})  # noqa: RUF001
_MARKUP = re.compile(
    r"<sup>.*?</sup>|<[^<>]*>|!\[[^\]]*\]\([^)]*\)|\[\^[^\]]*\]|.\ufe0f?\u20e3|[*`†‡]|~~"
    r"|(?<!\w)_+|_+(?!\w)"
)
_LINK = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])")
_SPACE = " '’_\u00a0\u2009\u202f"  # noqa: RUF001
_NUMBER = re.compile(
    rf"([≥≤<>~≈±])?\s*([+-]?)(\d(?:[\d.,{_SPACE}]*\d)?|[.,]\d+)(e[+-]?\d+)?(?!\d)\s*(.*)",
    re.IGNORECASE,
)
_SPACED = re.compile(rf"\d{{1,3}}(?:[{_SPACE}]\d{{3}})+(?:[.,]\d+)?")
_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,4}):(\d\d(?:\.\d+)?)")
_SHARE = re.compile(r"\(\s*[-+]?[\d.,]+\s*%\s*\)$")
_SPREAD = re.compile(r"\(?(?:±|\+/-|\+-)\s*[\d.,]+\s*([^\d\s()]*)\)?$")
_REQUESTS = r"(?:req|reqs|requests?|responses?)?"
_SCALES = {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6}  # m may be milli or million, so it is left out
_TIMES_MS = {"ns": 1e-6, "us": 1e-3, "µs": 1e-3, "μs": 1e-3, "ms": 1.0, "s": 1e3, "sec": 1e3}
_TIMES_MS |= {"": 1.0, "m": 6e4, "min": 6e4, "h": 3.6e6}
_SIZES = {"": 1.0, "b": 1.0, "byte": 1.0, "bytes": 1.0, "kb": 1e3, "mb": 1e6, "gb": 1e9}
_SIZES |= {"kib": 2.0**10, "mib": 2.0**20, "gib": 2.0**30}
_UNITS: dict[Dimension, tuple[str, dict[str, float]]] = {
    Dimension.COUNT: (rf"([km]?)\s*(?:{_REQUESTS}|errors|failures|users|connections)", _SCALES),
    Dimension.RATE: (
        rf"([km]?)\s*(?:{_REQUESTS}(?:\s*(?:/|per)\s*s(?:ec|econd)?)?|rps|qps)",
        _SCALES,
    ),
    Dimension.TIME: (r"(.*)", _TIMES_MS),
    Dimension.SIZE: (r"(.*)", _SIZES),
    Dimension.USE: (r"(.*)", dict.fromkeys((*_SCALES, *_TIMES_MS, *_SIZES, "%"), 1.0)),
}
"""The text that may follow a number of each dimension, and the scales of its units."""
_LEAST, _MOST = 1e-15, 1e18
"""No benchmark measures values outside these. Arithmetic with two of them stays finite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number in the unit that the fields of a row have (ms, bytes, requests, requests/s).

    ``unit``: whether the cell itself names its unit.
    """

    value: float
    unit: bool


@lru_cache(4096)
def plain(text: str) -> str:
    """A cell or a title without Markdown, HTML, emoji and footnotes."""
    bare = _MARKUP.sub("", _LINK.sub(r"\1", html.unescape(text).replace("\N{MINUS SIGN}", "-")))
    kept = (c for c in bare if unicodedata.category(c) not in ("So", "Sk", "Cf", "Cc", "Mn"))
    return " ".join("".join(c if c != "\u00a0" else " " for c in kept).split())


def is_time(unit: str) -> bool:
    """Whether the text is a unit of time."""
    return bool(unit) and unit in _TIMES_MS


def number(
    text: str, dimension: Dimension, decimal: Decimal = ".", unit: str = ""
) -> Number | str | None:
    """The number in a cell, or the reason why there is none; None if the cell is empty.

    Args:
        decimal: the decimal mark of this column (``decimal_marks``).
        unit: the time unit of the column; a unit in the cell takes precedence.
    """
    bare = plain(text)
    if bare.lower() in MISSING:
        return None
    if dimension is Dimension.TIME and (clock := _CLOCK.fullmatch(bare)):
        if not clock[1] and "." not in clock[3]:
            return "it may be minutes and seconds or hours and minutes"
        seconds = int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + float(clock[3])
        return Number(value=seconds * 1000, unit=True)
    match = _NUMBER.fullmatch(bare)
    parts = match and _parts(match[3])
    if match is None or not parts:
        return "not a number"
    if match[1] and match[1] != "≥":  # the lab's own tables use ≥ for a rate that was reached
        return "a bound or an estimate"
    own, scales = _unit(match[5], dimension), _UNITS[dimension][1]
    if (factor := scales.get(own or unit)) is None:
        digits = any(character.isdigit() for character in own)
        return "not a number" if digits else f"{own!r} is not a unit of a {dimension}"
    whole, fraction, mark = parts
    if mark == "?" and decimal == "?":
        return "nothing shows whether its point or comma separates thousands or decimals"
    if mark == "?" and decimal not in match[3]:
        whole, fraction = whole + fraction, ""
    value = factor * float(f"{match[2]}{whole or 0}.{fraction or 0}{match[4] or ''}")
    if value and not _LEAST <= abs(value) <= _MOST:
        return "no benchmark measures a number that large or that small"
    return Number(value=value, unit=bool(own))


def decimal_marks(
    cells: Sequence[tuple[Dimension, Sequence[str]]], hint: Decimal | None
) -> list[Decimal]:
    """The decimal mark of each column.

    Cells that can be read in only one way show it. Cells of the same column decide before cells of
    other columns. If no cell shows it, it is a point, as in English. ``1.234,5`` and ``95,2`` show
    a comma. So does ``12.345`` as a count, since counts are whole, unless other cells show a point.
    If columns disagree, it is ``?``.

    Args:
        cells: the dimension and the texts of each column.
        hint: the mark that the format of the file suggests, or ``?`` if the format leaves it open.
    """
    shown, weak = [], []
    for dimension, texts in cells:
        digits = [match[3] for text in texts if (match := _NUMBER.fullmatch(plain(text)))]
        marks = [(one, parts[2]) for one in digits if (parts := _parts(one))]
        shown.append({mark for _, mark in marks} & {".", ","})
        whole = [one for one, mark in marks if mark == "?" and dimension is Dimension.COUNT]
        weak.append({"," if "." in one else "." for one in whole})
    table = set().union(*shown, "." if hint == "." else "")
    found: list[Decimal] = []
    for own, count in zip(shown, weak, strict=True):
        seen = own or table | count or set().union(*weak)
        one: Decimal = "," if "," in seen else "." if seen else hint or "."
        found.append("?" if len(seen) > 1 else one)
    return found


def _parts(digits: str) -> tuple[str, str, str] | None:
    """The digits before and after the decimal mark, and the mark.

    The mark is empty if there is none, and ``?`` if it may separate thousands instead. The result
    is None for a version or any other text that is not a number.
    """
    spaced = any(space in digits for space in _SPACE)
    if spaced and not _SPACED.fullmatch(digits):
        return None
    bare = re.sub(f"[{_SPACE}]", "", digits)
    last = max(bare.rfind(","), bare.rfind("."))
    if last < 0:
        return bare, "", ""
    mark, head, tail = bare[last], bare[:last], bare[last + 1 :]
    other = "." if mark == "," else ","
    between = mark if mark in head else other if other in head else None
    if between is not None:  # 1.234.567 or 1.234.567,8
        groups = (bare if between == mark else head).split(between)
        if not 1 <= len(groups[0]) <= 3 or any(len(one) != 3 for one in groups[1:]):
            return None
        return "".join(groups), "" if between == mark else tail, other if between == mark else mark
    either = not spaced and len(tail) == 3 and 1 <= len(head) <= 3 and head[0] != "0"
    return head, tail, "?" if either else mark


def _unit(rest: str, dimension: Dimension) -> str:
    """The unit after a number, without a spread, a share, or the word for what is counted."""
    bare = _SHARE.sub("", rest).strip()
    if spread := _SPREAD.search(bare):
        bare = bare[: spread.start()].strip() or spread[1].replace("%", "")
    if bare.startswith("(") and bare.endswith(")"):
        bare = bare[1:-1]
    match = re.fullmatch(_UNITS[dimension][0], bare, re.IGNORECASE)
    own = match[1] if match else bare
    return own if dimension in (Dimension.COUNT, Dimension.RATE) or own == "M" else own.lower()
