"""Counts a server's user-space instructions for a request: one container, one hash seed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import cycle, islice

from orchestrator.bench.served import served
from orchestrator.bench.verify import check, probed
from orchestrator.contract import differences
from orchestrator.errors import TrialFailed
from orchestrator.model.counted_by import CountedBy
from orchestrator.model.entry import ContainerSpec
from orchestrator.model.settings import PlannedTrial
from orchestrator.ports import Container, Engine

HASH_SEED = "PYTHONHASHSEED"
"""Python's variable for the seed of the hashes of texts, which decide the order in sets and the
collisions in dictionaries. Without it, each start takes another seed."""
SEEDS = 2**32
"""Python takes hash seeds from 0 to 4,294,967,295."""
WARM_UP = 200
"""Requests before the count. CPython specializes a function's bytecode within its first calls (PEP
659), and frameworks fill their caches at the first request."""
REQUESTS = 500
SLOWEST = 10.0
"""Requests/s that a server must at least answer. Under callgrind they answer 50 or more."""
SPARE_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """User-space instructions for a request, over so many requests.

    ``by``: what counted them. ``note``: how the program was changed for that; empty if it was not.
    """

    instructions_per_request: float
    requests: int
    by: CountedBy
    note: str = ""


def counted(
    trial: PlannedTrial, engine: Engine, by: CountedBy, seed: int, requests: int = REQUESTS
) -> Count:
    """Start the trial's server, verify it, warm it up, and count.

    Args:
        trial: to count by callgrind, its container's image must have valgrind
            (``Variant.valgrind``).
        seed: Python's hash seed.
        requests: how many are counted.

    Raises:
        TrialFailed: a request failed, or the instructions could not be counted.
    """
    spec = trial.entry.container
    spec = seeded(spec, seed)
    note = ""
    if by is CountedBy.CALLGRIND:
        under = engine.under_callgrind(spec)
        spec, note = under.container, under.note
    with served(replace(trial.entry, container=spec), engine) as its, _explained(its.server):
        server = its.server
        check(probed(server, trial), server, trial)
        with server.counter(by) as counter:
            _answered(server, trial, WARM_UP)
            counter.begin()
            _answered(server, trial, requests)
            instructions = counter.counted()
        if (ended := its.ended()) is not None:
            raise ended
    return Count(
        instructions_per_request=instructions / requests, requests=requests, by=by, note=note
    )


def seeded(spec: ContainerSpec, seed: int) -> ContainerSpec:
    """The container with this hash seed for Python's strings."""
    return replace(spec, environment={**spec.environment, HASH_SEED: str(seed)})


@contextmanager
def _explained(server: Container) -> Iterator[None]:
    """Say it if a failure is not the server's, because valgrind has ended its program."""
    try:
        yield
    except TrialFailed as failure:
        log = ""
        with suppress(TrialFailed):
            log = server.logs()
        if (instruction := unknown_instruction(log)) is None:
            raise
        raise TrialFailed(
            "valgrind does not know an instruction of the server's program, and ended it "
            f"({instruction}): callgrind cannot count this server",
            failure.log_tail,
        ) from failure


def unknown_instruction(log: str) -> str | None:
    """The bytes of an instruction that valgrind does not know, from what it printed; or None."""
    found = re.search(r"unhandled instruction bytes: ((?:0x[0-9A-F]+ ?)+)", log)
    return found[1].strip() if found else None


def _answered(server: Container, trial: PlannedTrial, requests: int) -> None:
    """Send requests one after the other; each answer must be the right one.

    Raises:
        TrialFailed: one was not.
    """
    exchanges = list(islice(cycle(trial.expectation.exchanges), requests))
    answers = server.ask([one.request for one in exchanges], requests / SLOWEST + SPARE_S)
    for number, (exchange, answer) in enumerate(zip(exchanges, answers, strict=True), 1):
        if wrong := differences(answer, exchange.right):
            told = "; ".join(wrong)
            raise TrialFailed(f"{exchange.request}, answer {number} of {requests}: {told}")
