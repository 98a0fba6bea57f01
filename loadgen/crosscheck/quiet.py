"""Tells when a server has no connection left: for each line on stdin, waits, and writes a line.

A line has a port and the most seconds to wait. The answer: the number of connections that the port
still has at the end (0: quiet), the seconds waited, and the states of these connections. The
program runs in the server's network namespace. It asks the kernel as `ss` does (sock_diag), and
leaves out TIME_WAIT: tens of thousands of closed connections would make reading /proc/net/tcp slow.
"""

import socket
import struct
import sys
from time import monotonic, sleep

POLL_S = 0.002
SOCK_DIAG_BY_FAMILY, NETLINK_SOCK_DIAG = 20, 4
REQUEST_DUMP = 0x301  # NLM_F_REQUEST | NLM_F_DUMP
DONE, ERROR = 3, 2
# TCP states (include/net/tcp_states.h): all but TIME_WAIT (6), CLOSE (7) and LISTEN (10).
NAMES = {
    1: "ESTABLISHED",
    2: "SYN_SENT",
    3: "SYN_RECV",
    4: "FIN_WAIT1",
    5: "FIN_WAIT2",
    8: "CLOSE_WAIT",
    9: "LAST_ACK",
    11: "CLOSING",
    12: "NEW_SYN_RECV",
}
STATES = sum(1 << state for state in NAMES)
HEADER = struct.Struct("=IHHII")  # struct nlmsghdr
REQUEST = struct.Struct("=BBBBI48x")  # struct inet_diag_req_v2
# Places in a message: after its header, in struct inet_diag_msg.
STATE, LOCAL_PORT = 17, slice(20, 22)


def connections(kernel: socket.socket, port: int) -> "list[int]":
    """The state of each TCP connection of this network namespace with this local port.

    Raises:
        OSError: the kernel does not list them.
    """
    found = []
    for family in (socket.AF_INET, socket.AF_INET6):
        body = REQUEST.pack(family, socket.IPPROTO_TCP, 0, 0, STATES)
        kernel.send(
            HEADER.pack(HEADER.size + len(body), SOCK_DIAG_BY_FAMILY, REQUEST_DUMP, 1, 0) + body
        )
        done = False
        while not done:
            data = kernel.recv(1 << 16)
            while data:
                length, kind, *_ = HEADER.unpack_from(data)
                if kind == ERROR:
                    raise OSError("the kernel does not list the connections of this host")
                done = done or kind == DONE
                local = int.from_bytes(data[LOCAL_PORT], "big")
                if kind == SOCK_DIAG_BY_FAMILY and local == port:
                    found.append(data[STATE])
                data = data[(length + 3) & ~3 :]
    return found


def main() -> None:
    """Answer until stdin ends."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as kernel:
        for line in sys.stdin:
            port, most_s = line.split()
            begin = monotonic()
            while (left := connections(kernel, int(port))) and monotonic() - begin < float(most_s):
                sleep(POLL_S)
            states = " ".join(sorted({NAMES.get(state, str(state)) for state in left}))
            sys.stdout.write(f"{len(left)} {monotonic() - begin:.6f} {states}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
