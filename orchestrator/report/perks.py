"""What a benchmark does not measure: published then, and today."""

from __future__ import annotations

from collections.abc import Iterable

from orchestrator.model.published import PerksToday, Published, PublishedPerks
from orchestrator.model.record import RunRecord
from orchestrator.model.trial import Server
from orchestrator.report.table import FRAMEWORK, Column, Row, Table, Value, three_digits, whole


def perks_table(record: RunRecord | None, published: Published) -> Table:
    """The third table of the article beside what is known today.

    Without a record the columns that only a measured container can fill are left out.
    """
    year = published.source.date[:4]
    then = {perks.service: perks for perks in published.perks}
    now = {today.service: today for today in published.today}
    servers = {t.service: t.server for t in record.trials} if record else {}
    names = {row.service: row.name for table in published.tables for row in table.rows}
    names |= {service: server.name for service, server in servers.items()}
    services = dict.fromkeys([*then, *sorted({*servers, *(now if record is None else ())})])
    return Table(
        name="perks",
        title=f"Other than performance: published in {year}, and today{_dates(published.today)}",
        columns=(*_published_and_today(year), *(_measured() if record else ())),
        rows=tuple(
            Row(
                cells=(
                    names.get(service, service),
                    *_cells(then.get(service), now.get(service), servers.get(service)),
                    *(_of_server(servers.get(service)) if record else ()),
                )
            )
            for service in services
        ),
    )


def _published_and_today(year: str) -> tuple[Column, ...]:
    return (
        FRAMEWORK,
        Column(key="wsgi_published", title=f"WSGI {year}", words=True),
        Column(key="async_published", title=f"Async {year}", words=True),
        Column(key="stars_published", title=f"GitHub stars {year}", show=whole),
        Column(key="stars", title="GitHub stars today", show=whole),
        # Found by searching the index: whatever had the name in it.
        Column(key="packages_published", title=f"PyPI packages {year}"),
        Column(key="maintainers_published", title=f"Maintainers {year}", show=whole),
        Column(key="maintainers", title="Maintainers today", show=whole),
        Column(key="version", title="Version", words=True),
        Column(key="released", title="Released", words=True),
    )


def _measured() -> tuple[Column, ...]:
    return (
        Column(key="interface", title="Interface today", words=True),
        Column(key="requires_python", title="Python required", words=True),
        Column(key="dependencies", title="Dependencies installed", show=whole),
        Column(key="disk_mb", title="Size on disk (MB)", show=three_digits),
    )


def _cells(
    then: PublishedPerks | None, now: PerksToday | None, server: Server | None
) -> tuple[Value, ...]:
    version = (_version(server) if server else None) or (now.version if now else None)
    return (
        then.wsgi if then else None,
        then.async_support if then else None,
        then.stars if then else None,
        now.stars if now else None,
        then.packages if then else None,
        then.maintainers if then else None,
        now.maintainers if now else None,
        version,
        # The date is of the version that was pinned when the index was asked.
        now.released if now and now.version == version else None,
    )


def _of_server(server: Server | None) -> tuple[Value, ...]:
    if server is None:
        return (None,) * len(_measured())
    package = server.package
    size = package.install_bytes if package else None
    return (
        "own server" if server.interface == "own" else server.interface,
        package.requires_python if package else None,
        package.dependencies if package else None,
        None if size is None else size / 1e6,
    )


def _version(server: Server) -> str | None:
    """The framework's own: the first of the packages that its manifest names."""
    if server.package:
        return server.package.version
    return next(iter(server.versions.values()), None)


def _dates(today: Iterable[PerksToday]) -> str:
    """When the APIs were asked; the oldest counts, since a refresh may have failed in part."""
    told = [
        f"{what} of {min(dates)}"
        for what, dates in (
            ("stars", [one.stars_fetched_at for one in today if one.stars_fetched_at]),
            ("index", [one.index_fetched_at for one in today if one.index_fetched_at]),
        )
        if dates
    ]
    return f" ({', '.join(told)})" if told else ""
