"""Rules for text and numbers from outside, before the lab keeps or shows them.

A bad name is refused, because files and tables are named after it. In other text, bad characters
are replaced, because a log or the name of a CPU is useful even with a bad byte. msgspec checks the
types here when it converts JSON or TOML to values.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any

from msgspec import Meta, MsgspecError

NAME_LENGTH, TITLE_LENGTH, LINE_LENGTH, LOG_LENGTH = 63, 100, 4_000, 100_000
"""Most characters. A name fits into a host name's label; several joined fit a file name."""
PYTHON_TAG_LENGTH = 40
"""Of an image's tag, which may have 128 characters and also holds a digest (files/sources.py)."""
LARGEST = float(2**64)
"""Largest count, size or time of the lab, so that sums and products stay finite."""

# C0 and C1 (a terminal obeys them), DEL, separators that only some programs treat as line breaks,
# marks that change the direction of text, surrogates, and Unicode's noncharacters.
_SPECIAL = (
    r"\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
)
_BEYOND = "".join(
    chr(plane + last) for plane in range(0x10000, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF)
)
_UNPRINTABLE = re.compile(rf"[\x00-\x08\x0b-\x1f{_SPECIAL}{_BEYOND}]")
_SPACES = re.compile("\r\n|[\t\n\v\f\r\x85\u2028\u2029]")
# An ECMA-48 control sequence, such as a colour or a cursor movement; removed completely.
_SEQUENCE = re.compile("\x1b\\[[0-?]*[ -/]*[@-~]")
REPLACEMENT = "\ufffd"
CUT = "…"

# A `$` alone would also match before a newline at the end.
_NAME = r"^[a-z][a-z0-9-]*$(?!\n)"
_SET_NAME = r"^[a-z0-9][a-z0-9-]*$(?!\n)"
_PYTHON_TAG = (
    r"^3\.(?:0|[1-9][0-9]?)(?:\.(?:0|[1-9][0-9]?))?(?:(?:a|b|rc)[0-9]{1,2})?"
    r"(?:-[a-z][a-z0-9]*){0,3}$(?!\n)"
)
_RUN_ID = r"^(?:[a-z]+-)?[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9a-f]{6}$(?!\n)"
_MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$(?!\n)"
_RAW_FILE = r"^raw/[a-z0-9][a-z0-9-]*/[A-Za-z0-9][A-Za-z0-9._-]*$(?!\n)"
# In JSON Schema's patterns a code point has at most four digits. The replacement character marks
# unreadable text, so a title must not contain it.
_LINE = rf"^[^\x00-\x1f{_SPECIAL}\ufffd]*$(?!\n)"
_ADDRESS = r"^https?://[A-Za-z0-9][^\x00-\x20\x7f-\xa0<>\"'`\\]*$(?!\n)"
MEANING = {
    _NAME: "a name of a-z, 0-9 and -, which begins with a letter",
    _SET_NAME: "a name of a-z, 0-9 and -",
    _PYTHON_TAG: "a version of Python 3, or a tag of its official image, such as 3.12 or 3.14-rc",
    _RUN_ID: "a run's id such as 2026-01-31-0a1b2c",
    _MOMENT: "a moment such as 2026-01-31T12:00:00Z",
    _RAW_FILE: "a file such as raw/001-flask-json-1/server.log",
    _LINE: "one line of text without control characters",
    _ADDRESS: "an address that begins with https:// or http://",
}
"""Pattern -> what it asks for, in words."""

Name = Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH, pattern=_NAME)]
"""Name of a service, a workload or a profile; files, containers and tables are named after it."""
SetName = Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH, pattern=_SET_NAME)]
"""The name of a set of services."""
PythonTag = Annotated[str, Meta(max_length=PYTHON_TAG_LENGTH, pattern=_PYTHON_TAG)]
"""A tag of the official Python image: 3.12, 3.12.1, 3.14-rc; also a part of image names."""
Title = Annotated[str, Meta(min_length=1, max_length=TITLE_LENGTH, pattern=_LINE)]
"""The name of a framework for people."""
Line = Annotated[str, Meta(max_length=LINE_LENGTH, pattern=_LINE)]
"""One line of text in a file that a person writes and can correct."""
Address = Annotated[str, Meta(max_length=2_000, pattern=_ADDRESS)]
"""A link that a page may contain."""
Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Amount = Annotated[float, Meta(ge=0, le=LARGEST)]
"""Numbers in a file that a person writes; neither may be infinite or NaN."""
RunId = Annotated[str, Meta(pattern=_RUN_ID)]
Moment = Annotated[str, Meta(pattern=_MOMENT)]
"""UTC, ISO 8601, to the second."""
RawFile = Annotated[str, Meta(max_length=255, pattern=_RAW_FILE)]
"""A raw file of a trial, relative to its run's folder."""


def is_name(text: str) -> bool:
    """Whether the text is a ``Name``."""
    return len(text) <= NAME_LENGTH and re.search(_NAME, text) is not None


def is_python_tag(text: str) -> bool:
    """Whether the text is a ``PythonTag``."""
    return len(text) <= PYTHON_TAG_LENGTH and re.search(_PYTHON_TAG, text) is not None


def is_line(text: str) -> bool:
    """Whether the text is a ``Line``."""
    return len(text) <= LINE_LENGTH and re.search(_LINE, text) is not None


def line(text: str, longest: int = LINE_LENGTH) -> str:
    """One line of readable text: unprintable characters are replaced, overlong text is cut."""
    return _cut(_replaced(_SPACES.sub(" ", text)), longest)


def counted(number: int, what: str) -> str:
    """A number with its noun: ``1 row``, ``2 rows``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def log(text: str, longest: int = LOG_LENGTH) -> str:
    """Lines of readable text; if they are too long, the last ``longest`` characters. Tabs stay."""
    clean = printable(text)
    return clean if len(clean) <= longest else CUT + clean[1 - longest :]


def printable(text: str) -> str:
    """Lines of text that a terminal, a page or a chart can show without obeying any of it.

    A line that was overwritten, such as a progress bar, becomes several lines.
    """
    return _replaced(text.replace("\r\n", "\n").replace("\r", "\n"))


def finite(number: float) -> bool:
    """Whether this can be a measured number: not NaN, not infinite, not above ``LARGEST``."""
    return -LARGEST <= number <= LARGEST


def each(
    value: Any,
    text: Callable[[str, str], str],
    number: Callable[[float], float] = lambda number: number,
    key: str = "",
) -> Any:
    """A document (dicts, lists, text, numbers) with ``text`` and ``number`` applied to its values.

    Args:
        text: called with the key of a text ("" for a text that is itself a key) and the text.
        number: called with each number except true and false.

    Raises:
        RecursionError: the document is nested too deeply for Python's call stack.
    """
    if isinstance(value, str):
        return text(key, value)
    if isinstance(value, dict):
        return {text("", name): each(inside, text, number, name) for name, inside in value.items()}
    if isinstance(value, list | tuple):
        return [each(inside, text, number, key) for inside in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value)
    return value


def told(error: MsgspecError) -> str:
    """msgspec's message, with the meaning of a pattern instead of the pattern."""
    said = str(error)
    for pattern, meaning in MEANING.items():
        said = said.replace(f"`str` matching regex {pattern!r}", meaning)
    for sign, most in (("<=", "most"), (">=", "least")):
        said = re.sub(f"`str` of length {sign} (\\d+)", rf"text of at {most} \1 characters", said)
    return line(said)


def _replaced(text: str) -> str:
    return _UNPRINTABLE.sub(REPLACEMENT, _SEQUENCE.sub("", text))


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + CUT
