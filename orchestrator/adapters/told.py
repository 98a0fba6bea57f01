"""The replies of the program in a service's container (`inside.py`), as types."""

from __future__ import annotations

import msgspec

from orchestrator.contract import Distribution


class Connected(msgspec.Struct, tag_field="told", tag="connected"):
    """The service has accepted a connection."""

    connection: int


class Refused(msgspec.Struct, tag_field="told", tag="refused"):
    """The service does not accept a connection yet."""

    why: str


class Bytes(msgspec.Struct, tag_field="told", tag="bytes"):
    """Data from the service, ``at`` (unix seconds); empty at the end of a connection."""

    connection: int
    data: bytes
    at: float
    why: str


class Facts(msgspec.Struct, tag_field="told", tag="facts"):
    """What is installed in the container, and its limit of open files."""

    python: str
    distributions: dict[str, Distribution]
    nofile: int


class Sizes(msgspec.Struct, tag_field="told", tag="sizes"):
    """Bytes on disk of each distribution; None if unknown."""

    sizes: dict[str, int | None]


Told = Connected | Refused | Bytes | Facts | Sizes
