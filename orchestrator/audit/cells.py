"""The text of a cell as a number: the one place that knows marks, separators, units and shares.

A number is read only where it is certain what it means; where it is not, the answer is the reason.
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
    """What the numbers of a column are. A ``use`` (of CPU, of memory) may be in any unit."""

    COUNT = "count"
    RATE = "rate"
    TIME = "time"
    SIZE = "size"
    USE = "use"


Decimal = Literal[".", ",", "?"]
"""The decimal mark of a column; ``?`` where nothing shows which one it is."""

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
_SCALES = {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6}  # of m nobody knows which way it goes
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
"""What may stand behind a number, and its scale."""
_LEAST, _MOST = 1e-15, 1e18
"""No benchmark measures anything beyond these; what is calculated of two such stays finite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number in the unit that rows are kept in (ms, bytes, requests, requests/s).

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
    """Whether it is a unit of time."""
    return bool(unit) and unit in _TIMES_MS


def number(
    text: str, dimension: Dimension, decimal: Decimal = ".", unit: str = ""
) -> Number | str | None:
    """The number in a cell; the reason, where there is something else; None where it is empty.

    Args:
        decimal: what separates decimals in this column (``decimal_marks``).
        unit: the column's, of a time; the cell's own counts before it.
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
        return "no number"
    if match[1] and match[1] != "≥":  # the lab's own tables have it: a rate that was reached
        return "a bound or an estimate"
    own, scales = _unit(match[5], dimension), _UNITS[dimension][1]
    if (factor := scales.get(own or unit)) is None:
        digits = any(character.isdigit() for character in own)
        return "no number" if digits else f"{own!r} is no unit of a {dimension}"
    whole, fraction, mark = parts
    if mark == "?" and decimal == "?":
        return "nothing shows whether its point or comma separates thousands or decimals"
    if mark == "?" and decimal not in match[3]:
        whole, fraction = whole + fraction, ""
    value = factor * float(f"{match[2]}{whole or 0}.{fraction or 0}{match[4] or ''}")
    if value and not _LEAST <= abs(value) <= _MOST:
        return "no measured number is that large or that small"
    return Number(value=value, unit=bool(own))


def decimal_marks(
    cells: Sequence[tuple[Dimension, Sequence[str]]], hint: Decimal | None
) -> list[Decimal]:
    """What separates decimals in each column, shown by the cells that can be read in one way alone:
    the column's own, else those of all columns. Without any it is a point, as English has it.

    ``1.234,5`` and ``95,2`` show a comma; ``12.345`` does as a count, since counts are whole,
    unless others show a point. Where columns disagree it is ``?``.

    Args:
        cells: the texts of each column.
        hint: what the file's own form shows, or ``?`` where it leaves all open.
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
    """The digits before and behind the decimal mark, and that mark: empty where there is none,
    ``?`` where it may separate thousands as well. None where it is a version, or no number."""
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
    """The unit behind a number, without its spread, its share, and the word for what is counted."""
    bare = _SHARE.sub("", rest).strip()
    if spread := _SPREAD.search(bare):
        bare = bare[: spread.start()].strip() or spread[1].replace("%", "")
    if bare.startswith("(") and bare.endswith(")"):
        bare = bare[1:-1]
    match = re.fullmatch(_UNITS[dimension][0], bare, re.IGNORECASE)
    own = match[1] if match else bare
    return own if dimension in (Dimension.COUNT, Dimension.RATE) or own == "M" else own.lower()
