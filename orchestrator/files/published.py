"""``results/published/``: what others published, and today's facts from public APIs, as types."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from orchestrator import words
from orchestrator.claims import RULES
from orchestrator.errors import UsageError
from orchestrator.files.atomic import read
from orchestrator.files.published_csv import read_perks, read_rows
from orchestrator.files.toml import read_toml, typed
from orchestrator.json_text import indented
from orchestrator.model.published import (
    Claim,
    ClaimRule,
    OfferedLoad,
    PerksToday,
    Published,
    PublishedTable,
    Source,
)
from orchestrator.words import Address, Line, Name, Title

T = TypeVar("T")
File = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)*\.csv$(?!\n)")]
"""A table below the publication's folder."""
MOST_BYTES = 2**20
ARTICLE, TODAY, LOAD = "article.toml", "today.json", "load.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Article:
    """``article.toml``; files are relative to it, ``frameworks``: printed name -> service.

    ``besides``: services that claims name and no table has.
    """

    title: Line
    url: Address
    date: Line
    frameworks: dict[Title, Name]
    tables: tuple[dict[str, Any], ...]
    perks: File | None = None
    besides: tuple[Name, ...] = ()
    claims: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    workload: Name
    file: File


def read_published(published: Path, publication: str = "2019") -> Published:
    """One publication with its tables, and what is known today.

    Raises:
        UsageError: with everything that is wrong in any of its files.
    """
    folder = published / publication
    path = folder / ARTICLE
    article = typed(read_toml(path), _Article, path)
    problems: list[str] = []

    def each(
        tables: Sequence[dict[str, Any]], read: Callable[[dict[str, Any]], T]
    ) -> tuple[T, ...]:
        found = []
        for table in tables:
            try:
                found.append(read(table))
            except UsageError as error:
                problems.extend(error.problems)
        return tuple(found)

    tables = each(article.tables, lambda table: _table(published, folder, table, article))
    claims = each(article.claims, lambda table: typed(table, Claim, path))
    perks = each(
        [{"file": article.perks}] if article.perks else [],
        lambda table: read_perks(folder / table["file"], article.frameworks),
    )
    today = each([{}], lambda _: read_today(published))
    problems += [f"{path}: {problem}" for problem in _of_claims(claims, article)]
    if problems:
        raise UsageError(problems)
    return Published(
        source=Source(title=article.title, url=article.url, date=article.date),
        tables=tables,
        perks=perks[0] if perks else (),
        claims=claims,
        today=today[0],
    )


def read_today(published: Path) -> tuple[PerksToday, ...]:
    """What `lab perks --refresh` wrote; empty if it has never run.

    Raises:
        UsageError: the file cannot be read.
    """
    path = published / TODAY
    if not path.is_file():
        return ()
    try:
        return msgspec.json.decode(read(path, MOST_BYTES), type=tuple[PerksToday, ...])
    except msgspec.MsgspecError as error:
        raise UsageError(f"{path}: {words.told(error)}") from error
    except (ValueError, RecursionError) as error:  # not UTF-8, or nested too deeply
        raise UsageError(f"{path}: {error}") from error


def today_bytes(today: Sequence[PerksToday]) -> bytes:
    """The content of `today.json`, sorted by service: equal facts give equal bytes."""
    ordered = sorted(today, key=lambda one: one.service)
    return indented(ordered).encode()


def _table(
    published: Path, folder: Path, table: dict[str, Any], article: _Article
) -> PublishedTable:
    named = typed(table, _Table, folder / ARTICLE)
    path = folder / named.file
    load = path.with_name(LOAD)
    return PublishedTable(
        workload=named.workload,
        file=path.relative_to(published).as_posix(),
        rows=read_rows(path, article.frameworks),
        load=typed(read_toml(load), OfferedLoad, load) if load.is_file() else None,
    )


def _of_claims(claims: Sequence[Claim], article: _Article) -> Iterator[str]:
    """Problems of the claims that their types do not rule out."""
    known = {*article.frameworks.values(), *article.besides}
    ids = [claim.id for claim in claims]
    for claim in claims:
        if ids.count(claim.id) > 1:
            yield f"claim {claim.id}: two claims have this id"
        if claim.rule not in RULES:
            yield f"claim {claim.id}: no rule {claim.rule!r}; choose from {', '.join(RULES)}"
        if not claim.services:
            yield f"claim {claim.id}: no services"
        if claim.rule == ClaimRule.RANK_CORRELATION and len(claim.workloads) != 2:
            yield f"claim {claim.id}: a rank correlation needs exactly two workloads"
        for service in (*claim.services, *claim.others):
            if service not in known:
                yield f"claim {claim.id}: no framework is the service {service!r}"
