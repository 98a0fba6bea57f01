"""What an audit finds (two numbers that cannot both be right, or one that deserves no trust), what
it read for that, and what it did not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How bad a finding is."""

    CONTRADICTION = "contradiction"
    """Two numbers of one source cannot both be right: it must not be published as it is."""
    DOUBT = "doubt"
    """The numbers may be right, but they are not what their label says, or not the server's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding of `lab audit`.

    ``file``: where it stands, relative to what was audited. ``row``: which row of it (a framework,
    a trial, a step). ``rule``: the rule's name (``docs/audit.md`` lists them). ``seen`` and
    ``expected`` are the two numbers that disagree, with their unit in ``text`` where they have one;
    None where the finding is about something that is missing. ``text`` is a whole sentence.
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
    """Something that the audit did not read: what it says, nobody checked.

    ``file``: as in ``Finding``. ``where``: the table, column, row or line of it, empty for the
    whole file. ``what``: what stands there, as text, or empty. ``reason``: why it was not read.
    ``cut_off``: the file ends in the middle of a line, so that nobody knows what is missing.
    """

    file: str = ""
    where: str
    what: str = ""
    reason: str
    cut_off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Something that the audit read: ``what`` of which ``file``, in words."""

    file: str
    what: str


Note = Finding | Read | Unread
"""All that an audit tells. Its findings are about what was read, and about nothing else."""
