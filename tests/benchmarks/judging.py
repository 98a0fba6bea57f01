"""Measures how many requests/s the lab's client can judge, for each way of judging.

    .venv/bin/python -m tests.benchmarks.judging                # about two minutes
    .venv/bin/python -m tests.benchmarks.judging --rounds 3 --seconds 0.5

The client is the engine alone, without Locust, on one CPU. On another is a server that only looks
the whole request up and sends what is kept under it, so that the client limits the rate. In "new
bytes each time" it puts another space into every second answer to a request, so that no answer is
known from the one before.

Each round has a short slice of every way, each time in another order. The program prints the median
rate of each way, and the median ratio to the slice of known bytes in the same round. The intervals
are those of the sign test, which hold for any distribution.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import random
import re
import select
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import cycle
from math import comb
from statistics import median
from typing import Any

from labload.engine.target import Target, aim
from labload.slices.loads import Loads
from labload.workloads import contract_path
from labwire.body import check
from labwire.contract import workloads
from labwire.exchange import Exchange, JudgedBy, RightAnswer
from labwire.expectation import Expectation
from labwire.slices import Saturate
from labwire.toml import read_toml

CONNECTIONS = 64
TIMEOUT_S = 5.0
FULL = 0.05
"""A client that was idle for at most this share of a slice limited the rate."""
CONFIDENCE = 0.95
VARIED = "varied"
"""The Host header of requests whose answers are to have new bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way of judging; ``bodies``: those of its right answers, in the order of the requests."""

    name: str
    expected: Expectation
    bodies: Sequence[bytes]
    varied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A slice of one way: requests/s, and the share of the time in which the client was idle."""

    rate: float
    idle: float


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=6, help="slices of each way (default: 6)")
    parser.add_argument("--seconds", type=float, default=2.0, help="of a slice (default: 2)")
    wanted = parser.parse_args()
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < 2:
        parser.error("client and server need a CPU each, and this process may use only one")
    ways = all_ways()
    with serving(ways, cpus[1]) as targets:
        os.sched_setaffinity(0, {cpus[0]})
        seen = measured(targets, wanted.rounds, wanted.seconds)
    for line in table(ways, seen):
        print(line)
    return 0


# --- what is asked and answered ------------------------------------------------------------------


def all_ways() -> list[Way]:
    """The ways of judging; the first is the one that the others are compared with."""
    contract = read_toml(contract_path())
    one, twenty = contract["rows"]["mix"]
    values = {"values": contract["rows"]["values"]}
    text = {"status": 200, "content_type": "text/plain", **values}
    html = written(workloads(contract_path(), {"page": contract["page"]})["page"].right)
    digest = {"sha256": hashlib.sha256(html).hexdigest(), "size": len(html)}
    tables: dict[str, dict[str, Any]] = {
        "known": contract["json"],
        "bytes": {**text, "path": "/bytes/${id}", "body": f"row ${{id}} {'x' * 100}"},
        "row": {**one, **values},
        "rows": {**twenty, **values},
        "page": contract["page"],
        "digest": {**text, "path": "/digest/${id}", **digest},
        "status": {**text, "path": "/status/${id}", "any_body": True},
    }
    found = workloads(contract_path(), tables)
    return [
        way("known bytes", found["known"]),
        way("bytes of a mix", found["bytes"]),
        way("json, one row", found["row"]),
        way("json, one row, new bytes each time", found["row"], varied=True),
        way("json, 20 rows", found["rows"]),
        way("json, 20 rows, new bytes each time", found["rows"], varied=True),
        way("pattern, a page", found["page"]),
        way("pattern, a page, new bytes each time", found["page"], varied=True),
        way("digest of a page", found["digest"], html),
        way("status alone", found["status"], b"Hello World"),
    ]


def way(name: str, expected: Expectation, body: bytes = b"", *, varied: bool = False) -> Way:
    """A way; `body`: that of all answers, where the contract does not tell it.

    Raises:
        ValueError: this program makes an answer that is not right.
    """
    bodies = [body or written(exchange.right) for exchange in expected.exchanges]
    for exchange, made in zip(expected.exchanges, bodies, strict=True):
        for each in (made, other(exchange.right, made)) if varied else (made,):
            if wrong := check(exchange.right)(each):
                raise ValueError(f"{name}: {exchange.request}: {wrong}")
    return Way(name=name, expected=expected, bodies=bodies, varied=varied)


def written(right: RightAnswer) -> bytes:
    """A body that fits; of a pattern its own text, with a line break for any white space."""
    if right.judged_by != JudgedBy.PATTERN:
        return right.body
    return re.sub(rb"\\(.)", rb"\1", right.body.replace(rb"\s*", b"\n"))


def other(right: RightAnswer, body: bytes) -> bytes:
    """Other bytes that are as right as these: with one space more."""
    return b" " + body if right.judged_by == JudgedBy.JSON else body.replace(b"\n", b" \n", 1)


def answers(ways: Sequence[Way], targets: Mapping[str, Target]) -> dict[bytes, Iterator[bytes]]:
    """Each request of all ways -> the whole responses to it, without end."""
    return {
        exchange.request.encoded(targets[each.name].host): cycle(responses(each, exchange, body))
        for each in ways
        for exchange, body in zip(each.expected.exchanges, each.bodies, strict=True)
    }


def responses(told: Way, exchange: Exchange, body: bytes) -> list[bytes]:
    """The responses to one request, as a server that adds no header of its own sends them."""
    right = exchange.right
    bodies = [body, other(right, body)] if told.varied else [body]
    return [
        b"HTTP/1.1 %d OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s"
        % (right.status, right.content_type, len(each), each)
        for each in bodies
    ]


# --- the server ----------------------------------------------------------------------------------


@contextmanager
def serving(ways: Sequence[Way], cpu: int) -> Iterator[dict[str, Target]]:
    """The target of each way, at a server in a process of its own on this CPU."""
    with socket.create_server(("127.0.0.1", 0), backlog=CONNECTIONS) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        targets = {each.name: aim(url, each.expected, TIMEOUT_S, TIMEOUT_S) for each in ways}
        for each in ways:
            if each.varied:
                targets[each.name] = replace(targets[each.name], host=VARIED)
        server = multiprocessing.get_context("fork").Process(
            target=serve, args=(listener, answers(ways, targets), cpu), daemon=True
        )
        server.start()
        try:
            yield targets
        finally:
            server.terminate()
            server.join()


def serve(listener: socket.socket, ready: Mapping[bytes, Iterator[bytes]], cpu: int) -> None:
    """Answer every request with what is ready for it, until the process ends.

    A request must arrive whole, as short ones do on one host; anything else ends the server.
    """
    os.sched_setaffinity(0, {cpu})
    poll, at = select.epoll(), {}
    poll.register(listener, select.EPOLLIN)
    while True:
        for number, _ in poll.poll():
            if number == listener.fileno():
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                at[connection.fileno()] = connection, connection.recv, connection.send
                poll.register(connection, select.EPOLLIN)
                continue
            connection, recv, send = at[number]
            if data := recv(4096):
                send(next(ready[data]))
            else:
                del at[number]
                connection.close()


# --- the client ----------------------------------------------------------------------------------


def measured(targets: Mapping[str, Target], rounds: int, seconds: float) -> dict[str, list[Seen]]:
    """The slices of each way, one in each round.

    Raises:
        ValueError: an answer was not right.
    """
    places, draw = {name: place for place, name in enumerate(targets)}, random.Random(1)
    loads = Loads(list(targets.values()), CONNECTIONS)
    seen: dict[str, list[Seen]] = {name: [] for name in targets}
    try:
        for place in places.values():  # the connections, and what is remembered of answers
            slice_of(loads, place, seconds / 4)
        for _ in range(rounds):
            for name in draw.sample(list(places), len(places)):
                seen[name].append(slice_of(loads, places[name], seconds))
    finally:
        loads.shut()
    return seen


def slice_of(loads: Loads, place: int, seconds: float) -> Seen:
    """Load the server in a closed loop with the requests of one way."""
    found = loads.saturate(Saturate(server=place, connections=CONNECTIONS, seconds=seconds))
    (served,) = found.servers
    if served.failures:
        raise ValueError(f"way {place}: not every answer was right: {served.failures}")
    return Seen(rate=served.completed / found.duration_s, idle=found.idle)


# --- the table -----------------------------------------------------------------------------------


def table(ways: Sequence[Way], seen: Mapping[str, Sequence[Seen]]) -> Iterator[str]:
    """The lines of a Markdown table, and a warning where the server was too slow."""
    yield "| judged by | bytes of a body | requests/s | ratio to known bytes | client idle |"
    yield "|---|---:|---:|---:|---:|"
    known = [one.rate for one in seen[ways[0].name]]
    slow = []
    for each in ways:
        rates = [one.rate for one in seen[each.name]]
        ratios = [rate / of for rate, of in zip(rates, known, strict=True)]
        idle = median(one.idle for one in seen[each.name])
        size = median(len(body) for body in each.bodies)
        yield (
            f"| {each.name} | {size:,.0f} | {spread(rates, ',.0f')} | {spread(ratios, '.2f')} "
            f"| {idle:.1%} |"
        )
        if idle > FULL:
            slow.append(each.name)
    if slow:
        yield f"The server was too slow for the client in: {'; '.join(slow)}."


def spread(values: Sequence[float], form: str) -> str:
    """The median with its interval, if there are enough values for one."""
    ordered = sorted(values)
    told = f"{median(values):{form}}"
    if (place := left_out(len(values))) is None:
        return told
    return f"{told} ({ordered[place]:{form}} to {ordered[-1 - place]:{form}})"


def left_out(count: int) -> int | None:
    """How many values at each end are outside of the median's interval; None with too few values.

    Each value is above the true median with a probability of 1/2, so the number of those above
    follows the binomial distribution.
    """
    for place in range((count - 1) // 2, -1, -1):
        if 2 * sum(comb(count, n) for n in range(place + 1)) <= (1 - CONFIDENCE) * 2**count:
            return place
    return None


if __name__ == "__main__":
    sys.exit(main())
