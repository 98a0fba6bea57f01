"""Parses the load generator's JSON lines, which ``loadgen/labload/events.py`` writes."""

from __future__ import annotations

import re

import msgspec

from labwire.phase import LoadPhase
from orchestrator.model.load import (
    LoadEvent,
    LoadFailed,
    LoadFile,
    LoadResult,
    Ready,
    StepBegan,
    Tick,
)

_TYPES: dict[str, type[LoadEvent]] = {
    "ready": Ready,
    "step": StepBegan,
    "tick": Tick,
    "file": LoadFile,
    "result": LoadResult,
    "failed": LoadFailed,
}


class _Named(msgspec.Struct):
    event: str


_FILE_NAME = re.compile(r"[a-z_]+\.csv")


def parse(line: str) -> LoadEvent | None:
    """Parse a line of the master's output as an event; None for any other output.

    Raises:
        ValueError: a lab event that this version does not understand.
    """
    if not line.startswith('{"lab"'):
        return None
    try:
        name = msgspec.json.decode(line, type=_Named).event
        kind = _TYPES.get(name)
        if kind is None:
            raise ValueError(f"unknown event {name!r} from the load generator")
        event: LoadEvent = msgspec.json.decode(line, type=kind)
    except RecursionError as error:
        raise ValueError("an event that is nested too deeply") from error
    if isinstance(event, LoadResult):
        for step in event.steps:
            if (step.phase is LoadPhase.OPEN) != (step.rate is not None):
                raise ValueError(f"step {step.index} ({step.phase}) with the rate {step.rate}")
    if isinstance(event, LoadFile) and not _FILE_NAME.fullmatch(event.name):
        raise ValueError(f"a file of the name {event.name!r}")
    return event


def without_files(log: str) -> str:
    """The output of a master without the events that carry files, which are very long."""
    lines = log.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith('{"lab":1,"event":"file"'))
