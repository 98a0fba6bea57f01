"""Runs beside an observed service: sends it requests, and collects what its processes say.

The lab passes this file's text to the container's own Python (3.6 or later). Arguments: the folder
of `inside_process.py`, the service's port, the seconds after which it ends, the number of
connections, how often each sends each request, and the requests: each as the status of its right
answer, a colon, and the request in base64. It prints one line of JSON after the mark.
"""

import base64
import glob
import http.client
import json
import os
import signal
import socket
import struct
import sys
import threading
import time

MARK = "weblab-observed:"
POLL_S = 0.005
ANSWER_WITHIN_S = 5
TOLD_WITHIN_S = 3
REQUEST, DUMP, SOCK_DIAG, BY_FAMILY, LISTENS, DONE, ERROR = 1, 0x300, 4, 20, 1 << 10, 3, 2


class Client(threading.Thread):
    """Sends each request this many times; keeps its connection open for as long as it may."""

    def __init__(self, port, requests, times):
        threading.Thread.__init__(self, daemon=True)
        self.port, self.requests, self.times = port, requests, times
        self.sock, self.answers, self.others, self.why = None, 0, {}, ""

    def run(self):
        """Send them all; the first failure ends it."""
        try:
            for status, request in self.requests * self.times:
                found = self.ask(request)
                if found == status:
                    self.answers += 1
                else:
                    self.others[found] = self.others.get(found, 0) + 1
        except Exception as error:
            self.why = "%s: %s" % (type(error).__name__, error)

    def ask(self, request):
        """Send a request, read the answer, and return its status."""
        if self.sock is None:
            self.sock = connected(self.port)
        self.sock.sendall(request)
        answer = http.client.HTTPResponse(self.sock, method=request.split(b" ", 1)[0].decode())
        answer.begin()
        closes = answer.will_close
        answer.read()
        answer.close()
        if closes:
            self.sock.close()
            self.sock = None
        return answer.status


def connected(port):
    """A connection to the service."""
    return socket.create_connection(("127.0.0.1", port), timeout=ANSWER_WITHIN_S)


def await_answers(port, requests):
    """Wait until the service answers; a parent may listen before its child has the application."""
    while True:
        try:
            connected(port).close()
            break
        except OSError:
            time.sleep(POLL_S)
    Client(port, requests, 1).run()


def await_all(folder, ending):
    """Wait until every process that is still there has written its file; return the files."""
    end = time.time() + TOLD_WITHIN_S
    while True:
        here = [os.path.basename(path)[: -len(".here")] for path in glob.glob(folder + "/*.here")]
        alive = [pid for pid in here if lives(pid)]
        paths = [os.path.join(folder, pid + ending) for pid in alive]
        missing = [path for path in paths if not os.path.exists(path)]
        if not missing or time.time() > end:
            return [path for path in paths if path not in missing], len(missing)
        time.sleep(POLL_S)


def lives(pid):
    """Whether this process is there, and is no zombie."""
    try:
        with open("/proc/%s/stat" % pid) as file:
            return file.read().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


def create(folder, name):
    """Create an empty file."""
    open(os.path.join(folder, name), "w").close()


def backlogs(port):
    """The listen backlogs of the sockets on this port, from the kernel (sock_diag(7))."""
    found = []
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, SOCK_DIAG) as sock:
        sock.settimeout(ANSWER_WITHIN_S)
        for family in (socket.AF_INET, socket.AF_INET6):
            # struct inet_diag_req_v2 of linux/inet_diag.h, without a filter by address
            asked = struct.pack("=BBBxI48x", family, socket.IPPROTO_TCP, 0, LISTENS)
            head = struct.pack("=IHHII", 16 + len(asked), BY_FAMILY, REQUEST | DUMP, 1, 0)
            sock.send(head + asked)
            found += answered(sock, port)
    return sorted(found)


def answered(sock, port):
    """The queue lengths in the kernel's answer for one family."""
    found = []
    while True:
        data = sock.recv(65536)
        while len(data) >= 16:
            length, kind = struct.unpack("=IH", data[:6])
            if kind == ERROR:
                raise OSError(-struct.unpack("=i", data[16:20])[0], "sock_diag")
            if kind == DONE:
                return found
            # struct inet_diag_msg: 4 bytes, the source port; 52: expires, rqueue, wqueue
            message = data[16:length]
            if struct.unpack("!H", message[4:6])[0] == port:
                found.append(struct.unpack("=I", message[60:64])[0])
            data = data[(length + 3) & ~3 :]


def others(clients):
    """How many answers had which other status than that of the right answer."""
    found = {}
    for client in clients:
        for status, count in client.others.items():
            found[str(status)] = found.get(str(status), 0) + count
    return found


def known(read, *args):
    """What this returns; None if the kernel does not say."""
    try:
        return read(*args)
    except (OSError, ValueError, struct.error):
        return None


def most_backlog():
    """The longest backlog that the kernel grants in this network namespace."""
    with open("/proc/sys/net/core/somaxconn") as file:
        return int(file.read())


def main(folder, port, seconds, connections, times, requests):
    """Load the service, let its processes tell what they saw, and print it."""
    signal.alarm(seconds)  # end even if the lab has died
    await_answers(port, requests)
    create(folder, "begin")
    await_all(folder, ".looks")
    clients = [Client(port, requests, times) for _ in range(connections)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    create(folder, "tell")
    paths, missing = await_all(folder, ".json")
    processes = []
    for path in paths:
        with open(path) as file:
            processes.append(json.load(file))
    told = {
        "processes": processes,
        "silent": missing,
        "answers": sum(client.answers for client in clients),
        "others": others(clients),
        "connections": len(clients),
        "broken": [client.why for client in clients if client.why],
        "backlogs": known(backlogs, port),
        "most_backlog": known(most_backlog),
    }
    sys.stdout.write("\n%s%s\n" % (MARK, json.dumps(told)))


main(
    sys.argv[1],
    int(sys.argv[2]),
    int(sys.argv[3]),
    int(sys.argv[4]),
    int(sys.argv[5]),
    [
        (int(status), base64.b64decode(text))
        for status, text in (argument.split(":") for argument in sys.argv[6:])
    ],
)
