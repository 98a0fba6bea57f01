"""What the kernel counts for this process's network namespace."""

from pathlib import Path

NETSTAT = Path("/proc/net/netstat")


def listen_overflows() -> int | None:
    """Connections turned away since a listen queue was full; None where the kernel hides it."""
    try:
        return parse(NETSTAT.read_text(encoding="ascii"))
    except OSError:
        return None


def parse(text: str) -> int | None:
    """The counter in a table of the kernel's: a line of names, a line of values for each group."""
    lines = text.splitlines()
    for names, values in zip(lines[::2], lines[1::2], strict=False):
        if names.startswith("TcpExt:"):
            found = dict(zip(names.split(), values.split(), strict=False))
            return int(found["ListenOverflows"]) if "ListenOverflows" in found else None
    return None
