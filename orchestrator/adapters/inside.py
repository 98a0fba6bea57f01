"""Runs inside a service's container: passes bytes between lab and service, reports facts.

The lab passes this file's text to the container's own Python (3.6 or later), so that it works with
every network mode and engine. It does not parse HTTP: the lab does, with the load's own reader.

Arguments: the mark before each of its lines, the service's port, the seconds after which it ends.
Commands, one per line on stdin: ``connect`` (open a connection as soon as the service listens, and
close the older one), ``send BASE64``, ``close`` (the connection), ``rest`` (wait until the service
is idle), ``facts``, ``sizes``. ``close`` and ``rest`` have no reply. Each reply is one line: the
mark, then JSON. Lines without the mark are other output of this Python.
"""

import base64
import glob
import json
import os
import resource
import select
import signal
import socket
import sys
import time

AT_ONCE = 65536
REST_WITHIN_S = 0.1  # a service may always have something to do


class Pipe:
    """One connection to the service at a time; they are numbered from 1."""

    def __init__(self, mark, port):
        self.mark, self.port = mark, port
        self.sock = None
        self.number = 0
        self.out = os.fdopen(1, "wb", closefd=False)  # sys.stdout may have been replaced here

    def tell(self, told, **members):
        """Send one line to the lab."""
        line = json.dumps(dict(members, told=told))
        self.out.write(("\n%s%s\n" % (self.mark, line)).encode())
        self.out.flush()

    def connect(self):
        """Wait for the service; give up when stdin is readable, because the lab has closed it."""
        self.close()
        self.number += 1
        why = ""
        while True:
            try:
                self.sock = socket.create_connection(("127.0.0.1", self.port), timeout=5)
                break
            except OSError as error:
                if str(error) != why:
                    why = str(error)
                    self.tell("refused", why=why)
            if select.select([0], [], [], 0.005)[0]:
                return
        self.tell("connected", connection=self.number)

    def send(self, data):
        """Send to the service; a closed connection is noticed by the next read."""
        try:
            if self.sock:
                self.sock.sendall(data)
        except OSError:
            pass

    def carry(self):
        """Pass on to the lab what the service sent; empty data means that it closed."""
        why = ""
        try:
            data = self.sock.recv(AT_ONCE)
        except OSError as error:
            data, why = b"", str(error)
        text = base64.b64encode(data).decode()
        self.tell("bytes", connection=self.number, data=text, at=time.time(), why=why)
        if not data:
            self.close()

    def close(self):
        """Close the connection, if there is one."""
        if self.sock:
            self.sock.close()
        self.sock = None

    def obey(self, line):
        """Carry out one command line of the lab."""
        word, _, rest = line.decode().partition(" ")
        if word == "connect":
            self.connect()
        elif word == "send":
            self.send(base64.b64decode(rest))
        elif word == "close":
            self.close()
        elif word == "rest":
            rest_begins(time.time() + REST_WITHIN_S)
        elif word == "facts":
            python = sys.version.replace("\n", " ")
            nofile = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
            self.tell("facts", python=python, distributions=installed(), nofile=nofile)
        elif word == "sizes":
            self.tell("sizes", sizes=sizes())


def rest_begins(end):
    """Wait until all other threads in this container sleep, or until ``end`` (unix seconds)."""
    while busy() and time.time() < end:
        time.sleep(0.0002)


def busy():
    """Whether a thread of another process in this container runs, or wants to."""
    for path in glob.glob("/proc/[0-9]*/task/[0-9]*/stat"):
        try:
            with open(path) as lines:
                state = lines.read().rpartition(")")[2].split()[0]
        except OSError:
            continue  # it has ended
        if state in "RD" and path.split("/")[2] != str(os.getpid()):
            return True
    return False


def metadata_folders():
    """Every installed distribution's name, version and folder of metadata."""
    found = {}
    for folder in sys.path:
        for info in glob.glob(os.path.join(folder, "*.dist-info")):
            name, _, version = os.path.basename(info)[: -len(".dist-info")].partition("-")
            name = name.lower().replace("_", "-").replace(".", "-")
            if name not in found:  # the first on the path is the one imported
                found[name] = (version, info)
    return found


def installed():
    """Every installed distribution: its version and the Python that it needs."""
    return {
        name: {"version": version, "requires_python": requires_python(info)}
        for name, (version, info) in metadata_folders().items()
    }


def sizes():
    """Bytes on disk of every installed distribution.

    This is a separate command for after the measurement: the kernel caches each file that is looked
    at, and charges that to this container's memory (7 MB for Django).
    """
    return {name: install_bytes(info) for name, (_, info) in metadata_folders().items()}


def requires_python(info):
    """The version specifier in its metadata; None if it has none."""
    try:
        with open(os.path.join(info, "METADATA"), encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if not line.strip():
                    return None  # the description follows
                if line.lower().startswith("requires-python:"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return None


def install_bytes(info):
    """Bytes on disk of all files that its RECORD lists; None without a RECORD."""
    import csv  # imported only now: a module uses memory, which was measured before

    try:
        with open(os.path.join(info, "RECORD"), encoding="utf-8", newline="") as lines:
            names = [row[0] for row in csv.reader(lines) if row]
    except OSError:
        return None
    total = 0
    for name in names:
        try:
            total += os.stat(os.path.join(os.path.dirname(info), name)).st_size
        except OSError:
            pass  # listed, but not in the image
    return total


def main(mark, port, seconds):
    """Pass bytes and carry out commands until the lab closes stdin."""
    signal.alarm(seconds)  # end even if the lab has died
    pipe, rest = Pipe(mark, port), b""
    while True:
        ready = select.select([0] + ([pipe.sock] if pipe.sock else []), [], [])[0]
        if pipe.sock in ready:
            pipe.carry()
        if 0 in ready:
            data = os.read(0, AT_ONCE)
            if not data:
                return
            lines = (rest + data).split(b"\n")
            rest = lines.pop()
            for line in lines:
                pipe.obey(line)


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
