"""Which rows of a run stand for the frameworks that a claim names.

A claim names frameworks. If a run has the row of the framework's own name, that row stands for it.
Otherwise its other ways to serve do: `flask-gunicorn` and `flask-waitress` for Flask. Then the
claim is decided once for each server, like against like: every framework that the run serves with
this server is taken with it, and the others with the first of their ways by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from orchestrator.model.published import Claim
from orchestrator.model.record import RunRecord
from orchestrator.model.trial import Server


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A row for each framework of a claim.

    ``server``: the server that makes this choice; empty if there is only one choice. ``rows``:
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
    """Every choice of rows for a claim, at least one; without two that take the same rows."""
    known = {trial.service: trial.server for trial in record.trials}
    frameworks = sorted({*claim.services, *claim.others})
    ways = {name: _ways(name, known) for name in frameworks}
    servers = dict.fromkeys(
        known[row].server for rows in ways.values() if len(rows) > 1 for row in rows
    )
    if not servers:
        return (Choice(server="", rows={name: rows[0] for name, rows in ways.items()}),)
    return tuple(
        Choice(
            server=server, rows={name: _with(server, rows, known) for name, rows in ways.items()}
        )
        for server in servers
    )


def _ways(framework: str, known: Mapping[str, Server]) -> tuple[str, ...]:
    """The rows that may stand for a framework, sorted; its own name if the run has none."""
    if framework in known:
        return (framework,)
    found = sorted(row for row, server in known.items() if server.framework_of(row) == framework)
    return tuple(found) or (framework,)


def _with(server: str, rows: tuple[str, ...], known: Mapping[str, Server]) -> str:
    """The row with this server, or else the first."""
    return next((row for row in rows if row in known and known[row].server == server), rows[0])
