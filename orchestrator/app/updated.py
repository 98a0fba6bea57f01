"""What ``lab update`` did to each lock, as values, in words and as Markdown. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from orchestrator.app.locks import Change
from orchestrator.json_text import indented
from orchestrator.report.table import one_line
from orchestrator.words import LINE_LENGTH, line, printable

REASON = 300
"""Most characters of a reason in the summary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Updated:
    """One lock.

    ``service``: the service that installs it. ``folder``: below ``services/``. ``on_request``: it
    has what the workloads on request need; all services of the framework install it, and
    ``service`` is the first of them. ``changes``: empty if all versions are the newest.
    ``renewed``: what else is newer, in words, where the versions are the same; empty if nothing is.
    ``failure``: why it stays as it was, although newer releases may be there. ``contract``: what
    breaks the contract with the new lock, empty if nothing does; None: not verified.
    """

    service: str
    folder: str
    on_request: bool = False
    changes: tuple[Change, ...] = ()
    renewed: str = ""
    failure: str | None = None
    contract: tuple[str, ...] | None = None

    @property
    def name(self) -> str:
        """What people call it: the service, or the folder with the lock of its workloads."""
        return self.folder if self.on_request else self.service

    @property
    def text(self) -> str:
        """What changed, in words: ``flask 3.1.2 -> 3.1.3, werkzeug 3.1.4 -> 3.1.5``."""
        if self.failure is not None:
            return f"not raised: {self.failure}"
        return ", ".join(change.text for change in self.changes) or self.renewed or "up to date"

    @property
    def newer(self) -> bool:
        """Whether the new lock is another than the old one."""
        return bool(self.changes or self.renewed)

    @property
    def wrong(self) -> bool:
        """Whether a person must look at it."""
        return self.failure is not None or bool(self.contract)


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """All locks. ``written``: whether the new locks were written, or only looked for.

    ``out_of_step``: packages that the services of one framework, a service and the workloads on
    request, or a service and its base should have in the same version, but do not, in words.
    """

    locks: tuple[Updated, ...]
    out_of_step: tuple[str, ...]
    written: bool

    @property
    def raised(self) -> tuple[Updated, ...]:
        """The locks that have newer pins now, or would have."""
        return tuple(one for one in self.locks if one.changes)

    @property
    def newer(self) -> tuple[Updated, ...]:
        """The locks that differ from what they were, or would: raised, or with more files."""
        return tuple(one for one in self.locks if one.newer)

    @property
    def all_well(self) -> bool:
        """Whether nobody needs to look: all could be raised, and keep the contract."""
        return not self.out_of_step and not any(one.wrong for one in self.locks)


def json_of(update: Update) -> str:
    """The whole value, for programs."""
    return indented(update)


def verdict(update: Update) -> str:
    """The update in a line."""
    lists = {
        "raised" if update.written else "would be raised": update.raised,
        "renewed" if update.written else "would be renewed": [
            one for one in update.locks if one.renewed
        ],
        "not raised": [one for one in update.locks if one.failure is not None],
        "breaks the contract": [one for one in update.locks if one.contract],
    }
    parts = [f"{of}: {_names(them)}" for of, them in lists.items() if them]
    parts += ["versions not in step"] * bool(update.out_of_step)
    said = "; ".join(parts) or "all locks are up to date"
    return said[:1].upper() + said[1:]


def summary(update: Update) -> str:
    """A line for each lock that changed or failed, as Markdown. Text from outside is escaped."""
    return printable("\n".join(_parts(update)) + "\n")


def _parts(update: Update) -> Iterator[str]:
    yield f"# {one_line(verdict(update))}\n"
    told = [one for one in update.locks if one.newer or one.failure is not None]
    for one in told:
        text = _emphasized(one.text, wrong=one.failure is not None)
        yield f"- {one_line(one.name)}: {text}{_kept(one)}"
    for text in update.out_of_step:
        yield f"- {_emphasized(f'not in step: {text}', wrong=True)}"
    if same := [one for one in update.locks if one not in told]:
        yield from ("",) * bool(told or update.out_of_step)
        yield f"Up to date: {one_line(_names(same))}."


def _kept(one: Updated) -> str:
    """What became of the contract, to be added to a line."""
    if one.contract is None:
        return ""
    if not one.contract:
        return "; keeps the contract"
    return f"; {_emphasized('breaks the contract: ' + '; '.join(one.contract), wrong=True)}"


def _emphasized(text: str, *, wrong: bool) -> str:
    return f"{'**' * wrong}{one_line(line(text, REASON if wrong else LINE_LENGTH))}{'**' * wrong}"


def _names(locks: Sequence[Updated]) -> str:
    return ", ".join(one.name for one in locks)
