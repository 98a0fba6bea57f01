"""What runs in a service is compared with what its service.toml says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from orchestrator.doubts.observed import (
    named_threads,
    observed_caveats,
    observed_differences,
    said_threads,
    unknowns,
)
from orchestrator.model.observed import Observed, UnderLoad
from orchestrator.model.trial import Server
from tests.unit.examples import server

RUNS = Observed(
    event_loops=("uvloop.Loop",),
    http_parsers={"httptools.parser.parser.HttpRequestParser": "httptools"},
    json_calls={"ujson": 100},
    answers=200,
    python="CPython 3.13.5",
    gil=True,
    free_threaded=False,
    workers=1,
    threads=1,
    backlogs=(2048,),
    most_backlog=4096,
    under_load=UnderLoad(processes=1, threads=5, others=2),
)


def said(runs: Observed | None, **changes: Any) -> Server:
    as_said: dict[str, Any] = {
        "event_loop": "uvloop",
        "http_parser": "httptools",
        "backlog": 2048,
        **changes,
    }
    return server(observed=runs, **as_said)


def test_what_runs_as_it_was_said_has_no_difference() -> None:
    assert observed_differences(said(RUNS)) == ()
    assert observed_caveats(said(RUNS)) == ()
    assert unknowns(RUNS) == ()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"event_loops": ("asyncio.unix_events._UnixSelectorEventLoop",)},
            "service.toml says the event loop is uvloop, but "
            "asyncio.unix_events._UnixSelectorEventLoop runs",
        ),
        ({"event_loops": ()}, "service.toml says the event loop is uvloop, but none runs"),
        (
            {"event_loops": ("asyncio.A", "uvloop.Loop")},
            "service.toml says the event loop is uvloop, but asyncio.A and uvloop.Loop runs",
        ),
        (
            {"http_parsers": {"h11._connection.Connection": "h11"}},
            "service.toml says the HTTP parser is httptools, but h11._connection.Connection runs",
        ),
        (
            {"http_parsers": {"__main__.Quiet": "http.server"}},
            "service.toml says the HTTP parser is httptools, but __main__.Quiet (http.server) runs",
        ),
        (
            {"json_calls": {"json": 50, "ujson": 50}},
            "the contract says ujson makes the JSON, but json and ujson did",
        ),
        ({"workers": 2}, "service.toml says that 1 process serves, but 2 answered"),
        ({"threads": 4}, "service.toml says of threads: 1; but 4 made the answers"),
        ({"backlogs": (100,)}, "service.toml says the listen backlog is 2,048, but it is 100"),
        (
            {"under_load": UnderLoad(processes=3, threads=3, others=0)},
            "service.toml says that 1 process serves, but 3 did under load",
        ),
    ],
)
def test_each_difference_is_said_in_words(changes: dict[str, object], words: str) -> None:
    other = said(replace(RUNS, **changes))  # type: ignore[arg-type]
    assert observed_differences(other) == (words,)
    (caveat,) = observed_caveats(other)
    assert (caveat.code, caveat.text) == ("other-than-said", words)


def test_a_loop_where_none_was_said_is_a_difference() -> None:
    assert observed_differences(said(RUNS, event_loop="")) == (
        "service.toml says no event loop, but uvloop.Loop runs",
    )


def test_the_kernel_may_grant_a_shorter_queue_than_a_server_asks_for() -> None:
    short = replace(RUNS, backlogs=(128, 128), most_backlog=128)
    assert observed_differences(said(short)) == ()
    assert observed_differences(said(replace(short, backlogs=(64,)))) != ()


@pytest.mark.parametrize(
    ("threads", "users", "doubted"),
    [
        (4, 64, True),
        (5, 64, False),
        (9, 64, False),  # libraries have idle threads of their own
        (4, 19, False),  # a pool may not be full yet
        (4, None, False),  # an older record
    ],
)
def test_fewer_threads_under_load_than_service_toml_names_are_a_difference(
    threads: int, users: int | None, doubted: bool
) -> None:
    load = UnderLoad(processes=1, threads=threads, others=1, users=users)
    words = "4 in a pool, 1 for connections"
    runs = replace(RUNS, threads=4, under_load=load)
    expected = f"service.toml says of threads: {words}; but there were only 4 under load"
    assert observed_differences(said(runs, threads=words)) == ((expected,) if doubted else ())


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("1", 1),
        ("4 in a pool, 1 for connections", 5),
        ("up to 512 in a pool, 1 for connections", 2),
        ("1 for connections and handlers", 1),
        ("one per request, 1 for the event loop", 1),
        ("one per connection", 1),
    ],
)
def test_the_numbers_of_threads_are_added(words: str, named: int) -> None:
    assert named_threads(words) == named


def test_what_is_unknown_is_named_and_is_no_difference() -> None:
    little = Observed(event_loops=("uvloop.Loop",), perhaps=("new.HttpParser",), answers=3)
    assert observed_differences(said(little)) == ()
    assert unknowns(little) == (
        "HTTP parser: unknown (no parser that the lab knows was there while requests were "
        "answered; perhaps new.HttpParser)",
        "JSON library: unknown (no call of json, msgspec, orjson or ujson while requests were "
        "answered)",
        "listen backlog: unknown (the kernel does not say)",
    )


def test_a_service_that_could_not_be_observed_has_no_difference_but_that_of_its_load() -> None:
    failed = Observed(why="no process of it says what it runs")
    assert observed_differences(said(failed)) == ()
    assert unknowns(failed) == ("not observed: no process of it says what it runs",)
    loaded = replace(failed, under_load=UnderLoad(processes=2, threads=2, others=0))
    assert observed_differences(said(loaded)) == (
        "service.toml says that 1 process serves, but 2 did under load",
    )
    assert observed_differences(said(None)) == ()


@pytest.mark.parametrize(
    ("words", "least", "most"),
    [
        ("1", 1, 1),
        ("4 in a pool, 1 for connections", 4, 4),
        ("up to 512 in a pool, 1 for connections", 1, 512),
        ("one per connection", 1, float("inf")),
    ],
)
def test_the_first_number_of_threads_is_that_of_those_that_answer(
    words: str, least: int, most: float
) -> None:
    assert said_threads(words) == (least, most)
