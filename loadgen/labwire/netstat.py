"""Linux's counters of a network namespace, as the processes in it read them."""

from itertools import pairwise

PATH = "/proc/net/netstat"


def listen_overflows(text: str) -> int | None:
    """Connections turned away because a listen queue was full; None if the kernel does not say.

    A group of counters has two lines, names and values; both begin with the group's name
    (`netstat_seq_show` in the kernel's net/ipv4/proc.c).
    """
    for names, values in pairwise(text.splitlines()):
        if names.startswith("TcpExt:") and values.startswith("TcpExt:"):
            counters = dict(zip(names.split(), values.split(), strict=True))
            found = counters.get("ListenOverflows")
            return None if found is None else int(found)
    return None
