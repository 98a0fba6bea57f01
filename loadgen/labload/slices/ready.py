"""Waits until a server gives the right answer. Uses gevent's sockets, so several waits can run."""

from dataclasses import replace
from time import monotonic

import gevent
import gevent.socket

from labload.engine.answer import Answer, Judge
from labload.engine.target import Target, aim
from labwire.expectation import Expectation
from labwire.failure import FailureKind

HOST = "framework:8000"
"""The Host header for every server. Container names differ, and servers that are compared must get
the same bytes."""
RETRY_S = 0.01
CHUNK = 8192


class NotReadyError(Exception):
    """A server has not given the right answer in time; the message is the last reason."""


def ready(
    url: str, expectation: Expectation, connect_s: float, request_s: float, end: float
) -> Target:
    """The target at `url`, once it has given the right answer.

    Args:
        connect_s: timeout of a connect in the load; `request_s` of a whole request.
        end: when to give up (`monotonic`).

    Raises:
        NotReadyError: it has not answered right by then.
    """
    reason = ""
    while (left := end - monotonic()) > 0:
        try:
            target = _resolved(url, expectation, connect_s, request_s, left)
            wrong = _ask(target, end)
            if wrong is None:
                return target
            reason = wrong
        except TimeoutError as error:  # the time is up, and an earlier reason may say more
            raise NotReadyError(
                f"{error}; before that: {reason}" if reason else str(error)
            ) from None
        except (OSError, ValueError) as error:
            reason = str(error) or type(error).__name__
        gevent.sleep(RETRY_S)
    raise NotReadyError(reason)


def _resolved(
    url: str, expectation: Expectation, connect_s: float, request_s: float, within_s: float
) -> Target:
    """The target with its address. A lookup may block, so it runs in a thread."""
    lookup = gevent.get_hub().threadpool.spawn(aim, url, expectation, connect_s, request_s)
    try:
        found: Target = lookup.get(timeout=within_s)
    except gevent.Timeout:
        raise TimeoutError("its name was not resolved in time") from None
    return replace(found, host=HOST)


def _ask(target: Target, end: float) -> str | None:
    """Send one request; why its answer is not right, or None if it is.

    Raises:
        OSError: no answer came; TimeoutError, if none came in time.
    """
    answer, judgement = Answer(Judge(target.expectation.right)), None
    awaited = "it did not accept a connection in time"
    try:
        with gevent.socket.socket(target.family, gevent.socket.SOCK_STREAM) as sock:
            sock.settimeout(_left(end))
            sock.connect(target.address)
            awaited = "no complete answer came in time"
            sock.sendall(target.request)
            while judgement is None:
                sock.settimeout(_left(end))
                judgement = answer.take(sock.recv(CHUNK))
    except TimeoutError:
        raise TimeoutError(awaited) from None
    if isinstance(judgement, FailureKind):
        return f"{judgement}: {answer.reason}" if answer.reason else str(judgement)
    return None


def _left(end: float) -> float:
    left = end - monotonic()
    if left <= 0:
        raise TimeoutError
    return left
