"""A user's place in the engine: its connection, if there is one, and its request under way."""

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
        "fd",
        "free_ns",
        "gone",
        "opened_ns",
        "phase",
        "recv",
        "send",
        "sent_ns",
        "sock",
        "spoiled",
        "step",
        "unsent",
        "untouched",
    )

    def __init__(self, answer: Answer, now_ns: int) -> None:
        self.answer = answer
        self.untouched = True
        """Whether nothing has come of the answer yet."""
        self.gone = False
        self.answered = False
        """Whether there was any answer in the current step."""
        self.step = 0
        self.began_ns = 0
        """When the request under way began or, in the open loop, was due."""
        self.sent_ns = 0
        """When it really began, with connecting if it needed that."""
        self.opened_ns = now_ns
        self.free_ns = now_ns
        """Since when the next one could have begun."""
        self.sock: Any = None
        self.send: Any = None
        self.recv: Any = None
        self.fd = -1
        self.phase = IDLE
        self.unsent = b""
        self.spoiled: FailureKind | None = None
        """The kind of failure that the next request on this connection must be, if it is known."""

    def attach(self, sock: Any) -> None:
        """Use a socket that is about to connect."""
        # Bound once: looking the methods up costs as much as a comparison of two responses.
        self.sock, self.send, self.recv, self.fd = sock, sock.send, sock.recv, sock.fileno()
        self.phase = CONNECTING

    def rest(self) -> None:
        """Whatever comes from now on is not of the last answer."""
        self.phase = IDLE
        if not self.untouched:
            self.answer.expect()
            self.untouched = True

    def detach(self) -> None:
        """Be without a connection."""
        self.rest()
        self.sock = self.send = self.recv = None
        self.fd = -1
        self.unsent = b""
        self.spoiled = None
