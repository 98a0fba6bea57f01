"""Framework taxes and server taxes: which services are compared, and the rows that follow. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from orchestrator.model.bases import Serving
from orchestrator.stats.taxes import Tax, Values, on_servers, tax

BASES = "bases"
"""`ServerRow.application` of all bases of an interface: they do the same few lines of work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkRow:
    """What a framework costs: a service against its base, on the same server."""

    service: str
    name: str
    server: str
    base: str
    base_name: str
    tax: Tax


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerRow:
    """What a server costs: an application on it, against the cheapest server for it.

    ``interface``: what stands between both; only servers of one interface are compared. ``tax``:
    None for the cheapest itself.
    """

    service: str
    name: str
    server: str
    application: str
    interface: str
    cheapest: str
    cheapest_name: str
    tax: Tax | None


def framework_rows(
    parts: Sequence[Serving], known: Mapping[str, Values]
) -> tuple[FrameworkRow, ...]:
    """The framework tax of each service whose base was measured with it; the least first.

    Args:
        parts: all services that took part.
        known: service -> its costs, of those that were measured.
    """
    names = {part.service: part.name for part in parts}
    found = []
    for part in parts:
        if part.base in ("", part.service) or not {part.service, part.base} <= known.keys():
            continue
        its = tax(known[part.service], known[part.base])
        if its is not None:
            found.append(
                FrameworkRow(
                    service=part.service,
                    name=part.name,
                    server=part.server,
                    base=part.base,
                    base_name=names[part.base],
                    tax=its,
                )
            )
    return tuple(sorted(found, key=lambda row: row.tax.difference))


def server_rows(parts: Sequence[Serving], known: Mapping[str, Values]) -> tuple[ServerRow, ...]:
    """The server taxes of each application with several servers, and those of all bases together.

    The servers of one interface are compared: a framework does other work for WSGI than for ASGI,
    so a difference between these two is not the servers' alone.

    The bases first, then application by application; the cheapest server of each comes first.
    """
    of = {part.service: part for part in parts}
    applications = dict[tuple[str, str], dict[str, Values]]()
    for part in sorted(parts, key=lambda part: _application(part) != BASES):
        if part.framework and part.service in known:
            its = applications.setdefault((_application(part), part.interface), {})
            its[part.service] = known[part.service]
    return tuple(
        ServerRow(
            service=one.service,
            name=of[one.service].name,
            server=of[one.service].server,
            application=application,
            interface=interface,
            cheapest=one.cheapest,
            cheapest_name=of[one.cheapest].name,
            tax=one.tax,
        )
        for (application, interface), services in applications.items()
        for one in on_servers(services)
    )


def _application(part: Serving) -> str:
    return BASES if part.base == part.service else part.framework


def bases_among(parts: Sequence[Serving]) -> bool:
    """Whether a base took part: without one there are no framework taxes to show."""
    return any(part.base == part.service for part in parts)


def servers_among(parts: Sequence[Serving]) -> bool:
    """Whether two services share application and interface: else there are no server taxes."""
    kinds = [(_application(part), part.interface) for part in parts if part.framework]
    return len(set(kinds)) < len(kinds)


def for_programs(
    service: str, frameworks: Sequence[FrameworkRow], servers: Sequence[ServerRow]
) -> dict[str, Any]:
    """Both taxes of a service as members of its row, null where it has none."""
    own = next((row for row in frameworks if row.service == service), None)
    among = next((row for row in servers if row.service == service), None)
    return {
        "framework_tax": own and {"base": own.base, **asdict(own.tax)},
        "server_tax": among
        and {
            "application": among.application,
            "interface": among.interface,
            "cheapest": among.cheapest,
            **(asdict(among.tax) if among.tax else {}),
        },
    }
