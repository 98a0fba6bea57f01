"""Runs inside a service's container: carries bytes between lab and service, and tells facts.

The lab passes this file's text to the container's own Python (3.6 or later), so that it works with
every network mode and engine. It reads no HTTP: the lab does, with the reader that the load has.

Arguments: the mark before each of its lines, the service's port, the seconds after which it ends.
Commands, one a line on stdin: ``connect`` (a new connection, as soon as the service listens; an
older one is closed), ``send BASE64``, ``facts``, ``sizes``. What it tells is JSON behind the mark,
each on a line of its own, whatever else this Python prints.
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


class Pipe:
    """One connection to the service at a time; they are numbered from 1."""

    def __init__(self, mark, port):
        self.mark, self.port = mark, port
        self.sock = None
        self.number = 0
        self.out = os.fdopen(1, "wb", closefd=False)  # not sys.stdout: that may be anything here

    def tell(self, told, **members):
        """One line to the lab."""
        line = json.dumps(dict(members, told=told))
        self.out.write(("\n%s%s\n" % (self.mark, line)).encode())
        self.out.flush()

    def connect(self):
        """Wait for the service; give up when the lab has something to say, which is its end."""
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
        """To the service; that it no longer listens is seen when its side is read."""
        try:
            if self.sock:
                self.sock.sendall(data)
        except OSError:
            pass

    def carry(self):
        """To the lab what the service said; no bytes are its end."""
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
        """End the connection, if there is one."""
        if self.sock:
            self.sock.close()
        self.sock = None

    def obey(self, line):
        """Do what one line of the lab says."""
        word, _, rest = line.decode().partition(" ")
        if word == "connect":
            self.connect()
        elif word == "send":
            self.send(base64.b64decode(rest))
        elif word == "facts":
            python = sys.version.replace("\n", " ")
            nofile = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
            self.tell("facts", python=python, distributions=installed(), nofile=nofile)
        elif word == "sizes":
            self.tell("sizes", sizes=sizes())


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

    Not beside the answers: the kernel remembers each file that is looked at, and counts that as
    memory of this container (7 MB for Django), which is yet to be measured then.
    """
    return {name: install_bytes(info) for name, (_, info) in metadata_folders().items()}


def requires_python(info):
    """The version specifier in its metadata; None where it does not tell."""
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
    """Bytes on disk of all files that its RECORD lists; None where it has none."""
    import csv  # here: a module is memory, and that is measured before this is asked

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
            pass  # listed, but left out of the image
    return total


def main(mark, port, seconds):
    """Carry and obey until the lab closes its side."""
    signal.alarm(seconds)  # and never for longer, whatever becomes of the lab
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
