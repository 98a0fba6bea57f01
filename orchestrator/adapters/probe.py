"""Runs inside a service's container: waits for the first answer, asks for each path, tells all.

The orchestrator passes this file's text to the container's own Python (3.6 or later), so that it
works with every network mode and engine. Arguments: port, seconds to wait, paths. With the one
argument ``sizes`` it tells instead how much room each installed distribution takes.
"""

import csv
import glob
import json
import os
import resource
import socket
import sys
import time
from base64 import b64encode


def connected(port, deadline):
    """A connection to the service, as soon as it listens."""
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=5)
        except OSError:
            if time.time() > deadline:
                raise
            time.sleep(0.005)


def ask(sock, path):
    """One GET: status, headers, body, and whether the connection stayed open."""
    request = "GET %s HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nAccept: */*\r\n\r\n" % path
    sock.sendall(request.encode())
    stream = sock.makefile("rb")
    first = stream.readline().decode("latin-1")
    if not first:
        raise OSError("connection closed without an answer")
    version, status = first.split(None, 2)[:2]
    headers = {}
    for line in iter(stream.readline, b"\r\n"):
        if not line:
            raise OSError("connection closed in the headers")
        name, value = line.decode("latin-1").split(":", 1)
        headers[name.strip().lower()] = value.strip()
    body = read_body(stream, headers)
    says_close = headers.get("connection", "").lower()
    keep_alive = says_close != "close" if version == "HTTP/1.1" else says_close == "keep-alive"
    if not has_end(headers):
        keep_alive = False  # the end of the connection was the end of the body
    return {
        "path": path,
        "status": int(status),
        "content_type": headers.get("content-type", ""),
        "body": b64encode(body).decode(),
        "keep_alive": keep_alive,
    }


def has_end(headers):
    """Whether the headers say where the body ends."""
    return "content-length" in headers or is_chunked(headers)


def is_chunked(headers):
    """Whether the body comes in chunks."""
    return headers.get("transfer-encoding", "").lower() == "chunked"


def read_body(stream, headers):
    """A body by length, in chunks, or up to the end of the connection."""
    if "content-length" in headers:
        return stream.read(int(headers["content-length"]))
    if not is_chunked(headers):
        return stream.read()
    body = b""
    while True:
        size = int(stream.readline().split(b";")[0], 16)
        body += stream.read(size)
        stream.readline()
        if size == 0:
            return body


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


def main(port, wait_s, paths):
    """Print one JSON object."""
    deadline = time.time() + wait_s
    answers = []
    answered_at = None
    for path in paths:
        sock = connected(port, deadline)
        answers.append(ask(sock, path))
        answered_at = answered_at or time.time()
        # A second time: on the same connection where the server says that it stays open.
        if not answers[-1]["keep_alive"]:
            sock.close()
            sock = connected(port, deadline)
        answers.append(ask(sock, path))
        sock.close()
    print(
        json.dumps(
            {
                "answered_at": answered_at,
                "answers": answers,
                "python": sys.version.replace("\n", " "),
                "distributions": installed(),
                "nofile": resource.getrlimit(resource.RLIMIT_NOFILE)[0],
            }
        )
    )


if sys.argv[1] == "sizes":
    print(json.dumps(sizes()))
else:
    main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:])
