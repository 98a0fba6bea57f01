"""Where what runs in a service differs from its ``service.toml`` and from the contract. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from orchestrator.doubts.kind import DoubtKind
from orchestrator.model.observed import Observed
from orchestrator.model.trial import Caveat, Server

JSON_LIBRARY = "ujson"
"""What makes the JSON in every service (services/README.md, the first rule)."""

ENOUGH_USERS = 4
"""So many users for each thread that is named: a pool may have fewer threads under less load."""

KINDS = (
    OTHER_THAN_SAID := DoubtKind(
        code="other-than-said",
        text="{difference}",
        remedy="correct service.toml, or how the service is started (services/README.md)",
    ),
)


def observed_caveats(server: Server) -> tuple[Caveat, ...]:
    """A doubt for each difference between what was said and what was observed."""
    return tuple(
        OTHER_THAN_SAID.seen(difference=words).caveat for words in observed_differences(server)
    )


def observed_differences(server: Server) -> tuple[str, ...]:
    """Each difference in words; empty if there is none, and where nothing was observed."""
    seen = server.observed
    if seen is None or server.unsaid:
        return ()
    return (*_inside(server, seen), *_under_load(server, seen))


def unknowns(seen: Observed) -> tuple[str, ...]:
    """What could not be observed, in words; empty if everything was."""
    if seen.why:
        return (f"not observed: {seen.why}",)
    found = {
        "HTTP parser": parsers_in_words(seen),
        "JSON library": json_in_words(seen),
        "listen backlog": backlog_in_words(seen),
    }
    unknown = (f"{what}: {words}" for what, words in found.items() if words.startswith("unknown"))
    return (*seen.troubles, *unknown)


def loops_in_words(seen: Observed) -> str:
    """The classes of the running event loops."""
    return " and ".join(seen.event_loops) or "none"


def parsers_in_words(seen: Observed) -> str:
    """What reads the requests, each with its parser's name if that does not show it."""
    if seen.http_parsers:
        return " and ".join(
            source if name in source else f"{source} ({name})"
            for source, name in seen.http_parsers.items()
        )
    perhaps = f"; perhaps {', '.join(seen.perhaps)}" if seen.perhaps else ""
    return f"unknown (no parser that the lab knows was there while requests were answered{perhaps})"


def json_in_words(seen: Observed) -> str:
    """The libraries that made JSON."""
    none = "unknown (no call of json, msgspec, orjson or ujson while requests were answered)"
    return " and ".join(seen.json_calls) or none


def backlog_in_words(seen: Observed) -> str:
    """The lengths of the listen queues."""
    lengths = " and ".join(f"{length:,}" for length in sorted(set(seen.backlogs)))
    return lengths or "unknown (the kernel does not say)"


def _inside(server: Server, seen: Observed) -> Iterator[str]:
    """What was not seen is no difference."""
    if seen.why:
        return
    loops = {name.partition(".")[0] for name in seen.event_loops}
    if loops != ({server.event_loop} if server.event_loop else set()):
        says = f"the event loop is {server.event_loop}" if server.event_loop else "no event loop"
        runs = f"{loops_in_words(seen)} runs" if loops else "none runs"
        yield f"service.toml says {says}, but {runs}"
    parsers = set(seen.http_parsers.values())
    # Older records do not have the parser's name.
    if server.http_parser and parsers and parsers != {server.http_parser}:
        says = f"the HTTP parser is {server.http_parser}"
        yield f"service.toml says {says}, but {parsers_in_words(seen)} runs"
    if seen.json_calls and set(seen.json_calls) != {JSON_LIBRARY}:
        yield f"the contract says {JSON_LIBRARY} makes the JSON, but {json_in_words(seen)} did"
    yield from _processes(server, seen)
    granted = min(server.backlog, seen.most_backlog or server.backlog)
    if seen.backlogs and set(seen.backlogs) != {granted}:
        says = f"the listen backlog is {server.backlog:,}"
        yield f"service.toml says {says}, but it is {backlog_in_words(seen)}"


def _processes(server: Server, seen: Observed) -> Iterator[str]:
    if seen.workers is not None and seen.workers != server.workers:
        yield f"{_says(server)}, but {seen.workers} answered"
    least, most = said_threads(server.threads)
    if seen.threads is not None and not least <= seen.threads <= most:
        yield f"service.toml says of threads: {server.threads}; but {seen.threads} made the answers"


def _under_load(server: Server, seen: Observed) -> Iterator[str]:
    load = seen.under_load
    if load is not None and load.processes != server.workers:
        yield f"{_says(server)}, but {load.processes} did under load"
    if load is None or load.users is None:
        return
    named = named_threads(server.threads)
    if (
        load.users >= ENOUGH_USERS * server.workers * named
        and load.threads < server.workers * named
    ):
        says = f"service.toml says of threads: {server.threads}"
        yield f"{says}; but there were only {load.threads:,} under load"


def named_threads(words: str) -> int:
    """The least number of threads that a serving process has, from ``threads`` of a manifest.

    The numbers are added: ``4 in a pool, 1 for connections`` names 5. A pool of ``up to
    512`` has at least one, and so has each process. There is no most: libraries have
    idle threads of their own, which the kernel counts, too, and ``one per connection`` has no
    bound.
    """
    numbers = re.findall(r"(?:^|, )(up to )?(\d+)\b", words)
    return max(1, sum(1 if up_to else int(number) for up_to, number in numbers))


def said_threads(words: str) -> tuple[int, float]:
    """How many threads may make answers, from ``threads`` of a manifest: least and most.

    The first number is theirs: ``4 in a pool, 1 for connections``; ``up to 512 in a pool``. Words
    without a number say nothing about it: ``one per connection``.
    """
    match = re.match(r"(up to )?(\d+)\b", words)
    if match is None:
        return 1, float("inf")
    number = int(match[2])
    return (1 if match[1] else number), number


def _says(server: Server) -> str:
    one = server.workers == 1
    return f"service.toml says that {server.workers} process{' serves' if one else 'es serve'}"
