"""The load generator's JSON lines as types (written by ``loadgen/labload/events.py``)."""

from __future__ import annotations

import json

import msgspec

from orchestrator.model.load import LoadEvent, LoadFailed, LoadResult, Ready, StepBegan, Tick

_TYPES: dict[str, type[LoadEvent]] = {
    "ready": Ready,
    "step": StepBegan,
    "tick": Tick,
    "result": LoadResult,
    "failed": LoadFailed,
}


def parse(line: str) -> LoadEvent | None:
    """A line of the master's output as an event; None for any other output.

    Raises:
        ValueError: a lab event that this version does not understand.
    """
    if not line.startswith('{"lab"'):
        return None
    document = json.loads(line)
    kind = _TYPES.get(document.get("event"))
    if kind is None:
        raise ValueError(f"unknown event {document.get('event')!r} from the load generator")
    event: LoadEvent = msgspec.convert(document, kind)
    if isinstance(event, LoadResult):
        for step in event.steps:
            if (step.phase == "open") != (step.rate is not None):
                raise ValueError(f"step {step.index} ({step.phase}) with the rate {step.rate}")
    return event
