"""What really runs in a service, beside what its ``service.toml`` says, for the row's details."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.doubts.observed import (
    backlog_in_words,
    json_in_words,
    loops_in_words,
    observed_differences,
    parsers_in_words,
)
from orchestrator.model.observed import Observed
from orchestrator.model.trial import Server


def what_runs(server: Server) -> tuple[tuple[str, str], ...]:
    """Pairs of a term and its text; empty for a row in which nothing was looked at."""
    seen = server.observed
    if seen is None:
        return ()
    facts = (
        *(_inside(server, seen) if not seen.why else _not_observed(seen)),
        *_load(server, seen),
    )
    return tuple((term, text) for term, text in facts if text)


def runs_in_a_line(server: Server) -> str:
    """The same in one line, without what service.toml says; empty as above."""
    seen = server.observed
    if seen is None:
        return ""
    if seen.why:
        return f"not observed: {seen.why}"
    parts = [
        f"event loop {loops_in_words(seen)}" if seen.event_loops else "no event loop",
        f"HTTP parser {parsers_in_words(seen)}",
        f"JSON by {json_in_words(seen)}",
        f"extensions {', '.join(seen.compiled) or 'none'}",
        f"Python {_python(seen)}" if seen.gil is None else _python(seen),
        _under_load(seen),
        f"observed in part: {'; '.join(seen.troubles)}" if seen.troubles else "",
    ]
    differ = "" if not observed_differences(server) else " (not as service.toml says)"
    return ", ".join(filter(None, parts)) + differ


def _not_observed(seen: Observed) -> Iterator[tuple[str, str]]:
    yield "Inside the process", f"not observed: {seen.why}"


def _inside(server: Server, seen: Observed) -> Iterator[tuple[str, str]]:
    yield "Event loop", _beside(server, loops_in_words(seen), server.event_loop or "none")
    yield "HTTP parser", _beside(server, parsers_in_words(seen), server.http_parser)
    yield "JSON library", json_in_words(seen)
    yield "Extensions loaded", ", ".join(seen.compiled) or "none"
    yield "Extensions not loaded", ", ".join(seen.not_loaded)
    yield "Python", _python(seen)
    said = f"{server.backlog:,}"
    yield "Listen backlog", _beside(server, backlog_in_words(seen), said)
    if seen.workers is not None and seen.threads is not None:
        made = "processes answered, threads made the answers"
        yield f"Observed: {made}", f"{seen.workers}, {seen.threads}"
    yield "Observed in part", "; ".join(seen.troubles)


def _load(server: Server, seen: Observed) -> Iterator[tuple[str, str]]:
    if seen.under_load is not None:
        said = f"{server.workers}, {server.threads}"
        yield "Serving as the hold began", _beside(server, _under_load(seen), said)


def _under_load(seen: Observed) -> str:
    load = seen.under_load
    if load is None:
        return ""
    processes = f"{load.processes} process{'' if load.processes == 1 else 'es'}"
    return f"{processes} with {load.threads:,} thread{'' if load.threads == 1 else 's'} under load"


def _python(seen: Observed) -> str:
    if seen.gil is None:
        return "unknown"
    build = " (free-threaded build)" if seen.free_threaded else ""
    gil = "with the GIL" if seen.gil else "without the GIL"
    flags = f", options {', '.join(seen.flags)}" if seen.flags else ""
    return f"{seen.python}{build} {gil}{flags}"


def _beside(server: Server, runs: str, said: str) -> str:
    return f"{runs}; service.toml says: {said}" if said and not server.unsaid else runs
