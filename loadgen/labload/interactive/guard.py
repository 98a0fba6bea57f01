"""A program that checks that exactly one framework runs, before an interactive test can start.

Usage: `python -m labload.interactive.guard framework 8000`. All frameworks have the same name in
the lab's network. If two of them ran, Docker would give out either address, and Locust would
measure a mixture.
"""

import http.client
import socket
import sys
import time
from collections.abc import Callable, Sequence

APPEAR_S = 20.0
"""How long it may take until the name resolves."""
ANSWER_S = 60.0
"""How long the framework may take to answer, since the guard began."""
COMPANY_S = 1.5
"""How long to look for a second framework, because Compose starts containers in parallel."""
POLL_S = 0.1


class RefusedError(Exception):
    """Not exactly one framework is up; the message says what to do."""


def guard(
    resolve: Callable[[], Sequence[str]],
    answers: Callable[[str], bool],
    name_of: Callable[[str], str],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """The name of the only framework that is up, once it answers.

    Raises:
        RefusedError: none is up, it does not answer, or there are several.
    """
    began = clock()
    while not (addresses := resolve()):
        if clock() - began > APPEAR_S:
            raise RefusedError(
                "no framework is up: name one, such as `docker compose up flask locust`"
            )
        sleep(POLL_S)
    while not answers(_only(addresses, name_of)):
        if clock() - began > ANSWER_S:
            name = name_of(addresses[0])
            raise RefusedError(f"{name} is up but does not answer: see `docker compose logs`")
        sleep(POLL_S)
        # After a crash the name no longer resolves; keep the last address for the message.
        addresses = resolve() or addresses
    answered = clock()
    while clock() - answered < COMPANY_S:
        sleep(POLL_S)
        addresses = resolve() or addresses
        _only(addresses, name_of)
    return name_of(addresses[0])


def _only(addresses: Sequence[str], name_of: Callable[[str], str]) -> str:
    if len(addresses) > 1:
        names = ", ".join(sorted(name_of(address) for address in addresses))
        raise RefusedError(
            f"{len(addresses)} frameworks are up ({names}), but only one can be measured at a "
            "time: run `docker compose --profile beyond-2019 down`, then `docker compose up` with "
            "one of them and locust"
        )
    return addresses[0]


def resolve_all(name: str) -> list[str]:
    """All IPv4 addresses of `name`; empty if it does not resolve."""
    try:
        found = socket.getaddrinfo(name, None, socket.AF_INET, socket.SOCK_STREAM)
    except socket.gaierror:
        return []
    return sorted({str(entry[4][0]) for entry in found})


def answers_http(address: str, port: int) -> bool:
    """Whether an HTTP server answers there, with any status."""
    connection = http.client.HTTPConnection(address, port, timeout=2)
    try:
        connection.request("GET", "/text")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def container_name(address: str) -> str:
    """The name of the container with this address, such as weblab-flask-1; else the address."""
    try:
        return socket.gethostbyaddr(address)[0].split(".")[0]
    except OSError:
        return address


def main(arguments: Sequence[str]) -> int:
    """Wait for the framework at the name and port in `arguments`; returns the exit code."""
    name, port = arguments[0], int(arguments[1])
    try:
        framework = guard(
            lambda: resolve_all(name),
            lambda address: answers_http(address, port),
            container_name,
        )
    except RefusedError as reason:
        print(reason, file=sys.stderr, flush=True)
        return 1
    print(f"{framework} answers", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
