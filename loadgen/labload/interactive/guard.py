"""Makes sure that exactly one framework is up.

A program: `python -m labload.interactive.guard framework 8000`. All frameworks answer to one name
in the lab's network. With two of them up, Docker would hand out either address and Locust would
measure a mixture, so the interactive use begins with this.
"""

import http.client
import socket
import sys
import time
from collections.abc import Callable, Sequence

APPEAR_S = 20.0
"""How long a container may take to show up under the name."""
ANSWER_S = 60.0
"""How long it may take to answer, from when the guard began."""
COMPANY_S = 1.5
"""How long a second one is looked for: compose starts containers side by side."""
POLL_S = 0.1


class RefusedError(Exception):
    """There is not exactly one framework; the message says what to do."""


def guard(
    resolve: Callable[[], Sequence[str]],
    answers: Callable[[str], bool],
    name_of: Callable[[str], str],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """The name of the one framework that is up and answers; raises RefusedError otherwise."""
    began = clock()
    while not (addresses := resolve()):
        if clock() - began > APPEAR_S:
            raise RefusedError("no framework is up: name one, e.g. docker compose up flask locust")
        sleep(POLL_S)
    while not answers(_only(addresses, name_of)):
        if clock() - began > ANSWER_S:
            name = name_of(addresses[0])
            raise RefusedError(f"{name} is up but does not answer: see docker compose logs")
        sleep(POLL_S)
        # A container that crashed and left is not up: it keeps the address it had, if any.
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
            "time: docker compose down, then docker compose up with one of them and locust"
        )
    return addresses[0]


def resolve_all(name: str) -> list[str]:
    """All IPv4 addresses of `name`, none if it is unknown."""
    try:
        found = socket.getaddrinfo(name, None, socket.AF_INET, socket.SOCK_STREAM)
    except socket.gaierror:
        return []
    return sorted({str(entry[4][0]) for entry in found})


def answers_http(address: str, port: int) -> bool:
    """Whether an HTTP server answers there, with whatever status."""
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
    """The container with this address, e.g. weblab-flask-1; the address if nobody knows it."""
    try:
        return socket.gethostbyaddr(address)[0].split(".")[0]
    except OSError:
        return address


def main(arguments: Sequence[str]) -> int:
    """Wait for the framework named in `arguments`; the exit code for the shell."""
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
