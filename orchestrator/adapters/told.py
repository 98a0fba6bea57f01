"""What the program inside a service's container tells (`inside.py`), as types."""

from __future__ import annotations

import msgspec

from orchestrator.contract import Distribution


class Connected(msgspec.Struct, tag_field="told", tag="connected"):
    """The service has accepted a connection."""

    connection: int


class Refused(msgspec.Struct, tag_field="told", tag="refused"):
    """It does not yet."""

    why: str


class Bytes(msgspec.Struct, tag_field="told", tag="bytes"):
    """What the service said, ``at`` (unix seconds); empty at the end of a connection."""

    connection: int
    data: bytes
    at: float
    why: str


class Facts(msgspec.Struct, tag_field="told", tag="facts"):
    """What stands in the container."""

    python: str
    distributions: dict[str, Distribution]
    nofile: int


class Sizes(msgspec.Struct, tag_field="told", tag="sizes"):
    """Bytes on disk of each distribution; None of one that does not tell."""

    sizes: dict[str, int | None]


Told = Connected | Refused | Bytes | Facts | Sizes
