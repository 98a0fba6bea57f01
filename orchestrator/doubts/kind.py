"""Kinds of doubt, and doubts: their words for a record, for a host, for a cross-check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from orchestrator.model.trial import Caveat


class Severity(StrEnum):
    """What a doubt means for a run."""

    WARN = "warn"
    """The lab measures, and the numbers carry the doubt."""
    BAD = "bad"
    """Nothing can be measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtKind:
    """One kind of doubt. Texts are templates; what was seen fills them in. Remedies are fixed.

    ``text`` and ``remedy``: for a record.
    ``text_before`` and ``remedy_before``: for `lab doctor`, before anything is measured; None: as
    for a record. ``sentence``: for the page of a cross-check; None: text and remedy as a sentence.
    """

    code: str
    text: str
    remedy: str
    severity: Severity = Severity.WARN
    text_before: str | None = None
    remedy_before: str | None = None
    sentence: str | None = None

    def seen(self, **what: object) -> Doubt:
        """A doubt of this kind; ``what`` was seen fills in its texts."""
        return Doubt(kind=self, what=what)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One doubt, with its words for each reader."""

    kind: DoubtKind
    what: Mapping[str, object]

    @property
    def caveat(self) -> Caveat:
        """The doubt for a record."""
        text = self.kind.text.format_map(self.what)
        return Caveat(code=self.kind.code, text=text, remedy=self.kind.remedy)

    @property
    def before(self) -> Caveat:
        """The doubt for `lab doctor`, before anything is measured."""
        text = (self.kind.text_before or self.kind.text).format_map(self.what)
        remedy = self.kind.remedy_before or self.kind.remedy
        return Caveat(code=self.kind.code, text=text, remedy=remedy)

    @property
    def sentence(self) -> str:
        """The doubt for the page of a cross-check."""
        text = f"{self.kind.text[0].upper()}{self.kind.text[1:]}: {self.kind.remedy}."
        return (self.kind.sentence or text).format_map(self.what)
