"""What really ran when a service was served: read inside its processes, and beside them."""

from __future__ import annotations

from dataclasses import dataclass, field

NOT_LOOKED_INSIDE = "the row failed, or the run ended, before the lab looked inside"
"""Why a row says nothing of what runs in its processes, until its service is observed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One process of a container, seen from outside; ``cpu_s``: CPU seconds since its start."""

    pid: int
    threads: int
    cpu_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderLoad:
    """The processes that served as the hold began, and their threads, all together.

    ``processes``: those that had used CPU time since the load began. ``others``: those that had
    not, such as an init process or a parent that only watches. ``users``: of the load at that
    time, each with a connection of its own; None in older records.
    """

    processes: int
    threads: int
    others: int
    users: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What runs in a service's processes, seen in a container like the measured one.

    A measured process is not changed, so the lab starts the same image with the same limits once
    more, and loads it lightly. What is said of processes is said of those that answered.

    ``why``: why nothing was observed; empty if something was. ``troubles``: what went wrong
    meanwhile, so that the rest may be incomplete, in words. ``event_loops``: classes of the
    running event loops. ``http_parsers``: what read the requests -> the parser's name; for a
    compiled server without a class that Python can see, the parser's source that its file names.
    ``perhaps``: classes that may read requests, if no known one did.
    ``json_calls``: the library that made JSON -> calls; ``answers``: to all requests of the
    contract. ``compiled``: packages with C or Rust extensions that were loaded; ``not_loaded``:
    those that are installed, and no part was loaded.
    ``gil``: whether the GIL was on; ``free_threaded``: whether this Python can run without it.
    ``flags``: options of Python that change how it runs (``optimize``, ``dev_mode``, ``debug``).
    ``workers``: processes that answered; ``threads``: those that made the JSON, in the process
    that had most of them. None: unknown.
    ``backlogs``: the listen queues on the port, as the kernel made them; ``most_backlog``: the
    longest one that this kernel grants (``net.core.somaxconn``).
    ``under_load``: of the measured container itself; None if it was not seen.
    """

    why: str = ""
    troubles: tuple[str, ...] = ()
    event_loops: tuple[str, ...] = ()
    http_parsers: dict[str, str] = field(default_factory=dict)
    perhaps: tuple[str, ...] = ()
    json_calls: dict[str, int] = field(default_factory=dict)
    answers: int = 0
    compiled: tuple[str, ...] = ()
    not_loaded: tuple[str, ...] = ()
    python: str = ""
    gil: bool | None = None
    free_threaded: bool | None = None
    flags: tuple[str, ...] = ()
    workers: int | None = None
    threads: int | None = None
    backlogs: tuple[int, ...] = ()
    most_backlog: int | None = None
    under_load: UnderLoad | None = None
