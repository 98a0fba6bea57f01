"""What others published, as data (``results/published/``), and what is known of it today."""

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
    """One framework's row as published; ``service`` is its name in ``services/``."""

    service: Name
    name: Title
    requests: int
    rps: float
    median_ms: float
    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedLoad:
    """What a closed loop with think time can ask for (a ``load.toml`` beside the results).

    ``users`` are started ``spawn_rate`` a second, for ``duration_s`` in all. Each asks at once and
    waits for ``think_min_s`` to ``think_max_s`` (uniformly) between an answer and its next request.
    """

    users: Count
    spawn_rate: Amount
    duration_s: Amount
    think_min_s: Amount
    think_max_s: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedTable:
    """One published table of results; ``file``: where its data is, below ``results/published``."""

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
    """What public APIs told of one framework at ``fetched_at`` (UTC, ISO 8601 date).

    ``version`` is the pinned one, ``released`` the day on which it was uploaded to the package
    index. None: the API could not be reached or did not tell.
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
    LOWER_MEDIAN = "lower-median"
    LESS_MEMORY = "less-memory"
    LESS_DISK = "less-disk"
    SLOW = "slow"
    SAME_RATE = "same-rate"
    RANK_CORRELATION = "rank-correlation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence of the article in the lab's words; ``rule`` is the text of a `ClaimRule`.

    The rules stand in ``orchestrator/claims/rules.py``; each says what it makes of the rest:
    ``services`` are those that the claim is about, ``others`` those that it compares them with,
    ``workloads`` where it was said (empty: every workload of the run). ``factor`` is a ratio of two
    values, ``exceptions`` the number of comparisons that may fail ("almost all").
    """

    id: Line
    text: Line
    rule: Line
    services: tuple[Name, ...] = ()
    others: tuple[Name, ...] = ()
    workloads: tuple[Name, ...] = ()
    factor: Amount = 1.0
    exceptions: Count = 0


class Verdict(StrEnum):
    """What a run's data make of a claim."""

    UPHELD = "upheld"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A claim beside a run's data.

    ``workload``: the one that it was decided on; None where several or none have a part in it.
    ``text``: a whole sentence with the numbers. ``numbers``: the same for programs, by
    ``<workload>.<service>.<quantity and unit>``; ``_at_least`` follows where it is a lower bound.
    """

    claim: Claim
    verdict: Verdict
    workload: str | None
    text: str
    numbers: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """All that the lab keeps of the article of 2019, and of what is known today."""

    source: Source
    tables: tuple[PublishedTable, ...]
    perks: tuple[PublishedPerks, ...]
    claims: tuple[Claim, ...]
    today: tuple[PerksToday, ...] = ()
