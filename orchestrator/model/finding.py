"""What an audit finds (numbers that cannot all be right, or that cannot be trusted), what it read,
and what it did not read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How bad a finding is."""

    CONTRADICTION = "contradiction"
    """Two numbers of one source cannot both be right, so it must not be published as it is."""
    DOUBT = "doubt"
    """The numbers may be right, but not for what their label says, or not for the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding of `lab audit`.

    ``file``: the file, relative to what was audited. ``row``: the row in it (a framework, a trial,
    a step). ``rule``: the rule's name (``docs/audit.md`` lists the rules). ``seen`` and
    ``expected``: the two numbers that disagree; ``text`` names their unit if they have one; None if
    something is missing. ``text`` is a complete sentence.
    """

    file: str
    row: str
    rule: str
    kind: Kind
    seen: float | str | None
    expected: float | str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Something that the audit did not read, and so did not check.

    ``file``: as in ``Finding``. ``where``: the table, column, row or line in it; empty for the
    whole file. ``what``: the text found there, or empty. ``reason``: why it was not read.
    ``cut_off``: the file ends in the middle of a line, so it is unknown what is missing.
    """

    file: str = ""
    where: str
    what: str = ""
    reason: str
    cut_off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Something that the audit read: ``what`` it is, in words, and in which ``file``."""

    file: str
    what: str


Note = Finding | Read | Unread
"""Everything that an audit reports. Findings concern only what was read."""
