"""A user in the engine: its connection, if it has one, and its request under way."""

from typing import Any

from labload.engine.answer import Answer
from labwire.failure import FailureKind

IDLE, QUEUED, CONNECTING, SENDING, READING = range(5)


class Slot:
    """One user. Only the engine writes to it; times are those of `perf_counter_ns`."""

    __slots__ = (
        "answer",
        "answered",
        "began_ns",
        "earlier",
        "fd",
        "free_ns",
        "gone",
        "opened_ns",
        "phase",
        "recv",
        "request",
        "send",
        "sent_ns",
        "sock",
        "spoiled",
        "step",
        "unsent",
        "untouched",
    )

    def __init__(self, answer: Answer, request: bytes, now_ns: int) -> None:
        self.answer = answer
        self.request = request
        """The bytes of the request under way, or of the last one."""
        self.earlier = 0
        """Bytes of the requests before it on this connection; counted only where they differ."""
        self.untouched = True
        """Whether nothing of the answer has arrived yet."""
        self.gone = False
        self.answered = False
        """Whether the user got any answer in the current step."""
        self.step = 0
        self.began_ns = 0
        """When the request under way began or, in the open loop, was due."""
        self.sent_ns = 0
        """When it really began, including the time to connect if it needed that."""
        self.opened_ns = now_ns
        self.free_ns = now_ns
        """Since when the next request could have begun."""
        self.sock: Any = None
        self.send: Any = None
        self.recv: Any = None
        self.fd = -1
        self.phase = IDLE
        self.unsent = b""
        self.spoiled: FailureKind | None = None
        """If known: the kind of failure that the next request on this connection must be."""

    def attach(self, sock: Any) -> None:
        """Use a socket that is about to connect."""
        # Bound once: looking up the methods costs as much as comparing two responses.
        self.sock, self.send, self.recv, self.fd = sock, sock.send, sock.recv, sock.fileno()
        self.phase = CONNECTING

    def rest(self) -> None:
        """Become idle; bytes that arrive from now on do not belong to the last answer."""
        self.phase = IDLE
        if not self.untouched:
            self.answer.expect()
            self.untouched = True

    def detach(self) -> None:
        """Forget the connection."""
        self.rest()
        self.sock = self.send = self.recv = None
        self.fd = -1
        self.earlier = 0
        self.unsent = b""
        self.spoiled = None
