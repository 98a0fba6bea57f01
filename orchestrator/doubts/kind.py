"""A kind of doubt, and one that was really had: its words for a record, a host, a cross-check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from orchestrator.model.trial import Caveat


class Severity(StrEnum):
    """What a doubt does to a run."""

    WARN = "warn"
    """It measures, and its numbers carry the doubt."""
    BAD = "bad"
    """It measures nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtKind:
    """One kind of doubt. All texts are templates, filled in with what was seen.

    ``text`` and ``remedy`` stand in a record, where it is one about numbers.
    ``text_before`` and ``remedy_before``: the same where nothing has been measured yet.
    ``sentence``: the same on the page of a cross-check.
    """

    code: str
    text: str
    remedy: str
    severity: Severity = Severity.WARN
    text_before: str | None = None
    remedy_before: str | None = None
    sentence: str | None = None

    def seen(self, **what: object) -> Doubt:
        """The doubt that follows from ``what`` was seen."""
        return Doubt(kind=self, what=what)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One doubt, whoever reads of it."""

    kind: DoubtKind
    what: Mapping[str, object]

    @property
    def caveat(self) -> Caveat:
        """For a record."""
        text = self.kind.text.format_map(self.what)
        return Caveat(code=self.kind.code, text=text, remedy=self.kind.remedy)

    @property
    def before(self) -> Caveat:
        """For somebody who has not measured yet."""
        text = (self.kind.text_before or self.kind.text).format_map(self.what)
        remedy = self.kind.remedy_before or self.kind.remedy
        return Caveat(code=self.kind.code, text=text, remedy=remedy)

    @property
    def sentence(self) -> str:
        """For the page of a cross-check."""
        text = f"{self.kind.text[0].upper()}{self.kind.text[1:]}: {self.kind.remedy}."
        return (self.kind.sentence or text).format_map(self.what)
