"""What others published, as data (``results/published/``), and today's values beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from orchestrator.words import Address, Amount, Count, Line, Name, Title


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where something was published, and when (ISO 8601 date)."""

    title: Line
    url: Address
    date: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRow:
    """One framework's row as published; ``service``: its folder's name in ``services/``."""

    service: Name
    name: Title
    requests: int
    rps: float
    median_ms: float
    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedLoad:
    """A closed loop with think time, which bounds the rate (a ``load.toml`` beside the results).

    ``spawn_rate`` users start per second until there are ``users``; the load lasts ``duration_s``
    in total. Each user sends its first request at once, and pauses ``think_min_s`` to
    ``think_max_s`` (uniformly distributed) between an answer and its next request.
    """

    users: Count
    spawn_rate: Amount
    duration_s: Amount
    think_min_s: Amount
    think_max_s: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedTable:
    """One published table of results; ``file``: its data file below ``results/published``."""

    workload: Name
    file: str
    rows: tuple[PublishedRow, ...]
    load: OfferedLoad | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPerks:
    """One framework's row of the article's third table, as published."""

    service: Name
    name: Title
    wsgi: str
    stars: int
    packages: str
    async_support: str
    maintainers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PerksToday:
    """What public APIs said about one framework; ``..._fetched_at`` are UTC, ISO 8601 dates.

    ``version``: the pinned version; ``released``: the day on which it was uploaded to the package
    index. None: the API could not be reached or did not say.
    """

    service: Name
    version: Line | None
    released: Line | None
    stars: Count | None
    maintainers: Count | None
    stars_fetched_at: Line | None
    index_fetched_at: Line | None


class ClaimRule(StrEnum):
    """How a run decides a claim: ``claims/rules.py`` says what each makes of it."""

    HIGHER_RATE = "higher-rate"
    HIGHER_COST = "higher-cost"
    LOWER_MEDIAN = "lower-median"
    LESS_MEMORY = "less-memory"
    LESS_DISK = "less-disk"
    SLOW = "slow"
    SAME_RATE = "same-rate"
    RANK_CORRELATION = "rank-correlation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claim of the article in the lab's words; ``rule``: the text of the `ClaimRule` for it.

    ``orchestrator/claims/rules.py`` has the rules; each says how it uses the other fields:
    ``services``: the services that the claim is about; ``others``: those that it compares them
    with; ``workloads``: the workloads that it is about (empty: every workload of the run);
    ``factor``: a ratio of two values; ``exceptions``: the number of comparisons that may fail
    ("almost all"). ``apart``: the report of a run that measured none of its ``workloads`` leaves it
    out.
    """

    id: Line
    text: Line
    rule: Line
    services: tuple[Name, ...] = ()
    others: tuple[Name, ...] = ()
    workloads: tuple[Name, ...] = ()
    factor: Amount = 1.0
    exceptions: Count = 0
    apart: bool = False


class Verdict(StrEnum):
    """What a run's data say about a claim.

    ``DEPENDS``: the run serves a framework in several ways; one upholds the claim, one refutes it.
    """

    UPHELD = "upheld"
    REFUTED = "refuted"
    UNDECIDED = "undecided"
    DEPENDS = "depends on the server"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a run's data say about one claim.

    ``workload``: the workload that decided it; None if several or none did.
    ``text``: a complete sentence with the numbers. ``numbers``: the same for programs, under
    ``<workload>.<service>.<quantity and unit>``; ``_at_least`` at the end marks a lower bound. If
    the claim was decided for several servers, numbers of no single service, such as
    ``spearman_least``, have the server and a dot before their name.
    """

    claim: Claim
    verdict: Verdict
    workload: str | None
    text: str
    numbers: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """All data that the lab keeps about the article of 2019, and today's values."""

    source: Source
    tables: tuple[PublishedTable, ...]
    perks: tuple[PublishedPerks, ...]
    claims: tuple[Claim, ...]
    today: tuple[PerksToday, ...] = ()
