"""Properties other than performance: as published in 2019, and today."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from orchestrator.model.entry import Interface
from orchestrator.model.published import PerksToday, Published, PublishedPerks
from orchestrator.model.record import RunRecord
from orchestrator.model.trial import Package, Server
from orchestrator.report.column import Column, Value, framework, three_digits, whole
from orchestrator.report.table import Table, make_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the publication, public APIs and the framework's container say about it."""

    name: str
    then: PublishedPerks | None
    now: PerksToday | None
    server: Server | None

    @property
    def version(self) -> str | None:
        """The version that was measured, or else the one that is pinned."""
        return _version(self.server) or (self.now.version if self.now else None)


def perks_table(record: RunRecord | None, published: Published) -> Table:
    """The article's third table, beside today's values.

    Without a record, columns that need a measured container are left out. What was published about
    others is left out of a run that has nothing that was published.
    """
    year = published.source.date[:4]
    then = {perks.service: perks for perks in published.perks}
    now = {today.service: today for today in published.today}
    servers = {t.service: t.server for t in record.trials} if record else {}
    names = {row.service: row.name for table in published.tables for row in table.rows}
    names |= {service: server.name for service, server in servers.items()}
    of = {service: server.framework_of(service) for service, server in servers.items()}
    others = {framework for service, framework in of.items() if framework not in servers}
    unasked = servers and then.keys().isdisjoint({*servers, *others})
    published_ones = [] if unasked else [service for service in then if service not in others]
    services = dict.fromkeys(
        [*published_ones, *sorted({*servers, *(now if record is None else ())})]
    )
    return make_table(
        name="perks",
        title=f"Other than performance: published in {year}, and today{_dates(published.today)}",
        columns=(*_published_and_today(year), *(MEASURED if record else ())),
        rows=[
            Known(
                name=names.get(service, service),
                then=then.get(of.get(service, service)),
                now=now.get(of.get(service, service)),
                server=servers.get(service),
            )
            for service in services
        ],
    )


def _then(of: Callable[[PublishedPerks], Value]) -> Callable[[Known], Value]:
    return lambda known: of(known.then) if known.then else None


def _now(of: Callable[[PerksToday], Value]) -> Callable[[Known], Value]:
    return lambda known: of(known.now) if known.now else None


def _server(of: Callable[[Server], Value]) -> Callable[[Known], Value]:
    return lambda known: of(known.server) if known.server else None


def _package(of: Callable[[Package], Value]) -> Callable[[Known], Value]:
    return _server(lambda server: of(server.package) if server.package else None)


def _interface(server: Server) -> str:
    return "own server" if server.interface == Interface.OWN else server.interface


def _disk_mb(package: Package) -> float | None:
    return None if package.install_bytes is None else package.install_bytes / 1e6


def _released(known: Known) -> str | None:
    """The release date. It is known only for the version that was pinned at the last refresh."""
    return known.now.released if known.now and known.now.version == known.version else None


MEASURED: tuple[Column[Known], ...] = (
    Column("interface", "Interface today", _server(_interface), words=True),
    Column("requires_python", "Python required", _package(lambda p: p.requires_python), words=True),
    Column(
        "dependencies", "Dependencies installed", _package(lambda p: p.dependencies), show=whole
    ),
    Column("disk_mb", "Size on disk (MB)", _package(_disk_mb), show=three_digits),
)


def _published_and_today(year: str) -> tuple[Column[Known], ...]:
    return (
        framework(lambda known: known.name),
        Column("wsgi_published", f"WSGI {year}", _then(lambda t: t.wsgi), words=True),
        Column("async_published", f"Async {year}", _then(lambda t: t.async_support), words=True),
        Column("stars_published", f"GitHub stars {year}", _then(lambda t: t.stars), show=whole),
        Column("stars", "GitHub stars today", _now(lambda n: n.stars), show=whole),
        # The article searched the index, so this counts all packages with the name in theirs.
        Column("packages_published", f"PyPI packages {year}", _then(lambda t: t.packages)),
        Column(
            "maintainers_published",
            f"Maintainers {year}",
            _then(lambda t: t.maintainers),
            show=whole,
        ),
        Column("maintainers", "Maintainers today", _now(lambda n: n.maintainers), show=whole),
        Column("version", "Version", lambda known: known.version, words=True),
        Column("released", "Released", _released, words=True),
    )


def _version(server: Server | None) -> str | None:
    """The version of the framework itself: the first package that its manifest names."""
    if server is None:
        return None
    if server.package:
        return server.package.version
    return next(iter(server.versions.values()), None)


def _dates(today: Iterable[PerksToday]) -> str:
    """The oldest dates at which the APIs were asked, since a refresh may have failed for some."""
    told = [
        f"{what} of {min(dates)}"
        for what, dates in (
            ("stars", [one.stars_fetched_at for one in today if one.stars_fetched_at]),
            ("index", [one.index_fetched_at for one in today if one.index_fetched_at]),
        )
        if dates
    ]
    return f" ({', '.join(told)})" if told else ""
