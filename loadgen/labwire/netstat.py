"""Linux's counters of a network namespace, as its processes read them."""

from itertools import pairwise

PATH = "/proc/net/netstat"


def listen_overflows(text: str) -> int | None:
    """Connections turned away since a listen queue was full; None where the kernel does not tell.

    A group of counters is two lines, its names and its values, both begun with the group's name
    (net/ipv4/proc.c of the kernel, `netstat_seq_show`).
    """
    for names, values in pairwise(text.splitlines()):
        if names.startswith("TcpExt:") and values.startswith("TcpExt:"):
            counters = dict(zip(names.split(), values.split(), strict=True))
            found = counters.get("ListenOverflows")
            return None if found is None else int(found)
    return None
