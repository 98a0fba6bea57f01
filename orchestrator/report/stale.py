"""Rows that were measured with other versions than those that the locks pin today."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orchestrator.model.lock import Locks, Pins, normal, versions
from orchestrator.model.record import RunRecord
from orchestrator.report.group import Group, groups

STALE = "stale"
"""The mark of such a row."""


def stale(group: Group, locks: Locks) -> str | None:
    """What differs, in words; None if nothing does, or if the service has no lock today.

    Only the distributions count that the row names, which are the packages of the manifest. So the
    lock of the workloads on request makes no row stale: a row does not know its versions of these
    packages. A row whose server never told its versions is not stale: it has no numbers either.
    """
    pins = locks.get(group.service)
    if pins is None:
        return None
    measured = {
        (name, version, (trial.server.python or "").partition(" ")[0])
        for trial in group.trials
        for name, version in trial.server.versions.items()
    }
    differing = [text for one in sorted(measured) for text in _differs(*one, pins)]
    return "; ".join(dict.fromkeys(differing)) or None


def stale_rows(record: RunRecord, locks: Locks) -> tuple[tuple[str, str], ...]:
    """The name of each stale row, and what differs, in the order of the tables."""
    return tuple(
        (f"{group.name}, {workload}", text)
        for workload in record.settings.workloads
        for group in groups(record, workload)
        if (text := stale(group, locks)) is not None
    )


def _differs(name: str, version: str, python: str, pins: Pins) -> Iterator[str]:
    """In words, if the lock has another version for the row's Python; any, if that is unknown."""
    pinned = versions(pins.get(normal(name), ()), python or None)
    if _release(version) not in {_release(one) for one in pinned}:
        now = f"the lock has {' and '.join(pinned)}" if pinned else "the lock has none"
        yield f"measured with {name} {version}, {now}"


def _release(version: str) -> str:
    """A version without what makes no difference: 2026.01.0 and 2026.1 are the same release.

    A distribution's own metadata may write its version differently than the index, which
    normalizes it (version specifiers of the Python packaging guide).
    """
    plain = re.sub(r"(?<![0-9a-z])0+(?=[0-9])", "", version.lower().removeprefix("v"))
    return re.sub(r"(\.0)+$", "", plain)
