"""What an audit finds: two numbers that cannot both be right, or one that deserves no trust."""

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
