"""Slices of load on command: what the host asks of the lab's client alone, and what it answers.

The host writes one command a line to the client's stdin, and waits for the one line that answers
it on stdout. Only `encode`, `decode_command` and `decode_answer` know the format of a line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from labwire.protocol import VERSION, check_version

LONGEST_SLICE_S = 600
"""Most seconds in which the requests of one slice may be due."""
MOST_CONNECTIONS = 10_000

Seconds = Annotated[float, Meta(gt=0, le=LONGEST_SLICE_S)]
Connections = Annotated[int, Meta(ge=1, le=MOST_CONNECTIONS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """Load these servers from now on, once each of them gives the right answer.

    `servers`: http://host:port of each. `connections`: to each server in `Spread`. Timeouts in
    seconds, `request_timeout_s` for the whole exchange. `within_s`: for all servers together.
    """

    workload: str
    servers: Annotated[tuple[str, ...], Meta(min_length=1, max_length=64)]
    within_s: Seconds
    connections: Connections
    connect_timeout_s: Seconds
    request_timeout_s: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """An open loop: `requests` for each server, in a random order that `seed` decides.

    `rate`: requests/s of all servers together; they are due at equal distances.
    """

    requests: Annotated[int, Meta(ge=1, le=1_000_000)]
    rate: Annotated[float, Meta(gt=0, le=1_000_000)]
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Saturate:
    """A closed loop on one server alone; `server`: its place in `Aim`, from 0."""

    server: Annotated[int, Meta(ge=0)]
    connections: Connections
    seconds: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What one server did in a slice.

    ``requests``: those that ended, in success or failure. ``failures``: kind -> count, without
    zeros. ``completed``: successes that ended within the slice's duration. ``histogram``: latencies
    of all successes, HdrHistogram V2 (base64), in microseconds; in `Spread` since they were due.
    """

    requests: int
    failures: dict[str, int]
    completed: int
    connects: int
    histogram: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A slice of load, after its last answer has come.

    ``servers``: those that were loaded, in the order in which they were aimed at. ``duration_s``:
    in `Spread` until the last answer; in `Saturate` while requests began. ``idle``: share of that
    time in which the client had nothing to do.
    """

    servers: tuple[Served, ...]
    duration_s: float
    idle: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Aimed:
    """Each server has given the right answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A command could not be carried out; the client waits for the next one.

    ``server``: the place of the server that failed, in `Aim`; None if the client did.
    """

    reason: str
    server: Annotated[int, Meta(ge=0)] | None = None


Command = Aim | Spread | Saturate
Answer = Aimed | Slice | Failed

COMMANDS: dict[str, type[Command]] = {"aim": Aim, "spread": Spread, "saturate": Saturate}
"""The name of a command in its line -> its type."""
ANSWERS: dict[str, type[Answer]] = {"aimed": Aimed, "slice": Slice, "failed": Failed}
"""The name of an answer in its line -> its type."""
_NAMES = {kind: name for name, kind in (*COMMANDS.items(), *ANSWERS.items())}


T = TypeVar("T")


class _Head(msgspec.Struct):
    lab: Any = None
    says: str = ""


def encode(message: Command | Answer) -> str:
    """A command or an answer as a line, without the line break."""
    head = {"lab": VERSION, "says": _NAMES[type(message)]}
    return msgspec.json.encode(head | msgspec.to_builtins(message)).decode()


def decode_command(line: str | bytes) -> Command:
    """The command in a line.

    Raises:
        VersionError: the host uses another version of the protocol.
        ValueError: this version does not understand the command.
    """
    return _decode(line, COMMANDS, "the lab that commands this client")


def decode_answer(line: str | bytes) -> Answer:
    """The answer in a line.

    Raises:
        VersionError: the image uses another version of the protocol.
        ValueError: this version does not understand the answer.
    """
    return _decode(line, ANSWERS, "the load generator's image")


def _decode(line: str | bytes, kinds: dict[str, type[T]], whose: str) -> T:
    try:
        head = msgspec.json.decode(line, type=_Head)
        check_version(whose, head.lab)
        kind = kinds.get(head.says)
        if kind is None:
            raise ValueError(f"{whose} says {head.says!r}, which is unknown here")
        return msgspec.json.decode(line, type=kind)
    except RecursionError as error:
        raise ValueError(f"{whose} sent a line that is nested too deeply") from error
