"""The compose block of another way to serve a framework: a copy of the framework's own."""

from __future__ import annotations

import re

from orchestrator.model.blocks import BEYOND_2019

_ARGS = re.compile(r"\bargs: \{ *(BASE: \*[\w-]+(?:, WORK: \*work)?) *\}")
_PROFILES = re.compile(r"^    profiles:.*\n", re.MULTILINE)


def way_block(text: str, framework: str, way: str) -> str | None:
    """The block for a way, with an empty line after it; None if the framework's is made otherwise.

    Base image, companions and whatever else the framework needs stay. The way has a name, an image
    and the build argument WAY of its own, and like all that are in no set of 2019 it is left out by
    `docker compose up`.

    Args:
        text: the compose file, with the block of the framework.
    """
    own = _own(text, framework)
    image, name = f"image: weblab/{framework}:", f"{framework}-{way}"
    if own is None or own.count(image) != 1 or len(_ARGS.findall(own)) != 1:
        return None
    block = own.replace(f"  {framework}:\n", f"  {name}:\n", 1)
    block = block.replace(image, f"image: weblab/{name}:")
    block = _ARGS.sub(rf"args: {{ \1, WAY: {way} }}", block)
    return f"{_PROFILES.sub('', block)}    profiles: [{BEYOND_2019}]\n\n"


def _own(text: str, framework: str) -> str | None:
    """The lines of a block; comments and empty lines at its end belong to what follows."""
    start = re.search(rf"^  {re.escape(framework)}:\n", text, re.MULTILINE)
    if start is None:
        return None
    lines = [start[0]]
    for line in text[start.end() :].splitlines(keepends=True):
        if line.strip() and not line.startswith("    "):
            break
        lines.append(line)
    return "".join(lines).rstrip() + "\n"
