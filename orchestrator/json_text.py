"""JSON as the lab writes it: indented, with a line break at its end."""

from __future__ import annotations

import msgspec


def indented(document: object) -> str:
    """The document as JSON; equal documents give equal text."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
