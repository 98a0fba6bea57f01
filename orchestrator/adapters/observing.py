"""Observes what really runs in a service: starts its program watched, loads it, reads what it says.

The program in each of its Python processes is `inside_process.py`; `inside_load.py` runs beside
them. Their files lie in /tmp, since the rest of the file system is read-only.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from importlib.resources import files

import msgspec

from labwire.expectation import Expectation
from orchestrator.errors import TrialFailed
from orchestrator.model.entry import ContainerSpec
from orchestrator.model.observed import Observed
from orchestrator.words import line

FOLDER = "/tmp/weblab-observed"  # noqa: S108 - in the container
MARK = "weblab-observed:"
TIMES = 25
"""How often each connection sends each request: enough that every thread gets its share."""
# Writes the watching program where Python looks for it, then becomes the service's own program.
START = """
import os, sys
folder, text, *program = sys.argv[1:]
os.makedirs(folder)
with open(os.path.join(folder, "sitecustomize.py"), "w") as file:
    file.write(text)
before = os.environ.get("PYTHONPATH")
os.environ["PYTHONPATH"] = folder + (":" + before if before else "")
os.execvp(program[0], program)
"""


def watched(
    spec: ContainerSpec, entrypoint: Sequence[str], command: Sequence[str]
) -> ContainerSpec:
    """The container with its program watched.

    Args:
        entrypoint: that of its image.
        command: that of its image; the container's own takes precedence.
    """
    program = (*entrypoint, *(spec.command or command))
    starts = ("python", "-c", START, FOLDER, source("inside_process.py"))
    return replace(spec, entrypoint=starts, command=program)


def loading(
    expectations: Sequence[Expectation], port: int, connections: int, within_s: float
) -> list[str]:
    """The command that loads the service from inside its container; it prints what `read` reads."""
    host = f"127.0.0.1:{port}"
    sent = [
        f"{one.right.status}:{b64encode(one.request.encoded(host)).decode()}"
        for one in expectations
    ]
    numbers = map(str, (port, int(within_s), connections, TIMES))
    return ["python", "-c", source("inside_load.py"), FOLDER, *numbers, *sent]


class Told(msgspec.Struct):
    """What one process says of itself; ``error``: why it says nothing else."""

    pid: int
    error: str = ""
    loops: tuple[str, ...] = ()
    parsers: dict[str, str] = {}
    others: tuple[str, ...] = ()
    json: dict[str, int] = {}
    threads: int = 0
    compiled: tuple[str, ...] = ()
    not_loaded: tuple[str, ...] = ()
    python: str = ""
    gil: bool = True
    free_threaded: bool = False
    flags: tuple[str, ...] = ()

    @property
    def answered(self) -> int:
        """How often it made JSON."""
        return sum(self.json.values())


class All(msgspec.Struct):
    """What all processes say, and what was seen beside them.

    ``silent``: processes that said nothing in time. ``answers``: those with the right status;
    ``others``: any other status -> answers. ``broken``: why each connection that failed did so.
    """

    processes: tuple[Told, ...]
    silent: int
    answers: int
    others: dict[str, int]
    connections: int
    broken: tuple[str, ...]
    backlogs: tuple[int, ...] | None
    most_backlog: int | None


def read(printed: str) -> Observed:
    """What the program beside the service printed, as one value.

    Raises:
        TrialFailed: no process said anything, or no answer had the right status.
    """
    marked = [text[len(MARK) :] for text in printed.splitlines() if text.startswith(MARK)]
    try:
        told = msgspec.json.decode(marked[-1], type=All) if marked else None
    except msgspec.MsgspecError as error:
        raise TrialFailed(f"the program beside it printed an invalid line: {error}") from error
    if told is None:
        raise TrialFailed("the program beside it printed nothing", printed)
    if not told.answers:
        because = "; ".join(_of_load(told)) or "nothing was sent"
        raise TrialFailed(f"it answered no request rightly ({because})")
    wrong = [line(one.error) for one in told.processes if one.error]
    served = _that_served([one for one in told.processes if not one.error])
    if not served:
        because = (
            "; ".join(wrong)
            or _silent(told.silent)
            or "it may not be Python's, or ignores PYTHONPATH"
        )
        raise TrialFailed(f"no process of it says what it runs ({because})")
    return _joined(told, served)


def _that_served(processes: Sequence[Told]) -> Sequence[Told]:
    """The processes that made JSON; else those with a parser, those with a loop, or all."""
    return (
        [one for one in processes if one.answered]
        or [one for one in processes if one.parsers]
        or [one for one in processes if one.loops]
        or processes
    )


def _joined(told: All, served: Sequence[Told]) -> Observed:
    most = max(served, key=lambda one: one.threads)
    calls = sum((Counter(one.json) for one in served), Counter[str]())
    quiet = told.silent + sum(bool(one.error) for one in told.processes)
    # A process that says nothing may have answered, too.
    known = any(one.answered for one in served) and not quiet
    return Observed(
        troubles=(*filter(None, [_silent(quiet)]), *_of_load(told)),
        event_loops=_all(one.loops for one in served),
        http_parsers={line(k): line(v) for one in served for k, v in one.parsers.items()},
        perhaps=_all(one.others for one in served),
        json_calls={line(library): count for library, count in sorted(calls.items())},
        answers=told.answers,
        compiled=_all(one.compiled for one in served),
        not_loaded=_all(one.not_loaded for one in served),
        python=line(most.python),
        gil=most.gil,
        free_threaded=most.free_threaded,
        flags=_all(one.flags for one in served),
        workers=len(served) if known else None,
        threads=most.threads if known else None,
        backlogs=told.backlogs or (),
        most_backlog=told.most_backlog,
    )


def _silent(count: int) -> str:
    """Processes that do not say what they run, in words; empty if there are none."""
    if not count:
        return ""
    return f"{count} process{'' if count == 1 else 'es'} of it did not say what runs there"


def _of_load(told: All) -> Iterator[str]:
    """What went wrong with the requests."""
    every = told.answers + sum(told.others.values())
    for status, count in sorted(told.others.items()):
        yield f"{count:,} of {every:,} answers had the status {line(status)}"
    if told.broken:
        broken = f"{len(told.broken)} of {told.connections} connections failed"
        yield f"{broken}: {line(told.broken[0])}"


def _all(texts: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(sorted({line(text) for some in texts for text in some}))


def source(name: str) -> str:
    """The text of a program that runs in a service's container."""
    return files("orchestrator.adapters").joinpath(name).read_text()
