"""Names of containers that other containers can reach."""

from __future__ import annotations

from hashlib import sha256

LABEL_MOST = 63
"""Most characters of a label of a host's name (RFC 1035, 2.3.4). Docker allows a longer name for a
container, but no resolver then finds it."""
DIGITS = 8


def host_name(whole: str) -> str:
    """The name, or if it is too long for a host, its beginning and a digest of all of it."""
    if len(whole) <= LABEL_MOST:
        return whole
    digest = sha256(whole.encode()).hexdigest()[:DIGITS]
    return f"{whole[: LABEL_MOST - DIGITS - 1].rstrip('-')}-{digest}"
