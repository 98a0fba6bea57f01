"""Which rows of a run stand for the frameworks that a claim names.

A claim names frameworks. If a run has the row of the framework's own name, that row stands for it.
Otherwise its other ways to serve do: `flask-gunicorn` and `flask-waitress` for Flask. Frameworks
with several such rows are compared like against like: the claim is decided once for each server
that all of them have. A server that one of them lacks decides nothing, because which other row took
its place would be arbitrary, and the result would say more about servers than about frameworks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product

from orchestrator.model.published import Claim
from orchestrator.model.record import RunRecord
from orchestrator.model.trial import Server


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A row for each framework of a claim.

    ``server``: the server that makes this choice; empty if there was nothing to choose. ``rows``:
    framework -> the service whose row stands for it.
    """

    server: str
    rows: Mapping[str, str]

    @property
    def ways(self) -> tuple[str, ...]:
        """The rows that have another name than their framework."""
        return tuple(row for framework, row in self.rows.items() if row != framework)

    def applied(self, claim: Claim) -> Claim:
        """The claim about these rows."""
        return replace(
            claim,
            services=tuple(self.rows[name] for name in claim.services),
            others=tuple(self.rows[name] for name in claim.others),
        )


def choices(claim: Claim, record: RunRecord) -> tuple[Choice, ...]:
    """Every choice of rows for a claim; none if `without_choice` names frameworks.

    If a framework has several rows on one server, each of them makes a choice of its own.
    """
    known, ways = _known(record), _ways_of(claim, record)
    if not any(len(rows) > 1 for rows in ways.values()):
        return (Choice(server="", rows={name: rows[0] for name, rows in ways.items()}),)
    return tuple(
        Choice(server=server, rows=dict(zip(ways, rows, strict=True)))
        for server in _shared(ways, known)
        for rows in product(*(_on(server, rows, known) for rows in ways.values()))
    )


def without_choice(claim: Claim, record: RunRecord) -> tuple[str, ...]:
    """The frameworks that a run serves in several ways without a server that all of them have."""
    if choices(claim, record):
        return ()
    return tuple(name for name, rows in _ways_of(claim, record).items() if len(rows) > 1)


def _known(record: RunRecord) -> dict[str, Server]:
    return {trial.service: trial.server for trial in record.trials}


def _ways_of(claim: Claim, record: RunRecord) -> dict[str, tuple[str, ...]]:
    """Framework -> the rows that may stand for it."""
    known = _known(record)
    return {name: _ways(name, known) for name in sorted({*claim.services, *claim.others})}


def _shared(ways: Mapping[str, tuple[str, ...]], known: Mapping[str, Server]) -> tuple[str, ...]:
    """The servers that all frameworks with several rows have, sorted."""
    several = [{known[row].server for row in rows} for rows in ways.values() if len(rows) > 1]
    return tuple(sorted(set.intersection(*several)))


def _on(server: str, rows: tuple[str, ...], known: Mapping[str, Server]) -> tuple[str, ...]:
    """The rows on this server; a framework's only row takes part whatever its server is."""
    return rows if len(rows) == 1 else tuple(r for r in rows if known[r].server == server)


def _ways(framework: str, known: Mapping[str, Server]) -> tuple[str, ...]:
    """The rows that may stand for a framework, sorted; its own name if the run has none."""
    if framework in known:
        return (framework,)
    found = sorted(row for row, server in known.items() if server.framework_of(row) == framework)
    return tuple(found) or (framework,)
