"""The user classes: connections of the lab's engine, or Locust's own clients for comparison."""

import zlib
from contextlib import suppress
from typing import Any, ClassVar

import gevent
from gevent.event import Event
from locust import FastHttpUser, HttpUser, User, task
from locust.env import Environment

from labload.engine.slot import Slot
from labload.workers.stock_kinds import kind_of_error
from labload.workers.stock_load import CONNECT_PAUSE_S, StockLoad
from labload.workers.worker import Worker
from labwire.client import Client
from labwire.exchange import RightAnswer
from labwire.failure import NEVER_SENT, OF_BYTES, FailureKind
from labwire.judgement import Complete, differences

WORKER = Worker()


class LabUser(User):
    """A connection of the engine, which does all the work while the user's greenlet sleeps.

    So Locust starts, stops and counts users as usual, and each costs only a sleeping greenlet.
    """

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._slot: Slot | None = None

    def on_stop(self) -> None:
        """Close the connection when Locust stops this user."""
        if self._slot is not None:
            WORKER.engine.close(self._slot)

    @task
    def load(self) -> None:
        """Open the connection, and sleep until the user is stopped."""
        self._slot = WORKER.engine.open()
        Event().wait()


class _TooLateError(Exception):
    """A request ended too late for the lab to count it, so Locust must not count it either."""


class _StockUser(User):
    """Requests the workload again and again with one of Locust's own clients."""

    abstract = True
    client: Any
    options: ClassVar[dict[str, Any]] = {}
    """Additional arguments of the client's `request` method."""

    def __init__(self, environment: Environment) -> None:
        self._load: StockLoad = WORKER.stock
        self.host = self._load.target.url
        self.configure(self._load)
        super().__init__(environment)
        self._load.join(self)

    def configure(self, load: StockLoad) -> None:
        """Set attributes that the client reads when it is created."""

    def hang_up(self) -> None:
        """Close the client's idle connections; the next request opens another."""
        self.client.close()

    def on_stop(self) -> None:
        """Leave the load when Locust stops this user."""
        self._load.part(self)

    @task
    def load(self) -> None:
        """Send requests until the user is stopped; a task for each request would cost even more."""
        while True:
            kind = None
            with suppress(_TooLateError):
                kind = self._ask()
            if kind in NEVER_SENT:
                gevent.sleep(CONNECT_PAUSE_S)

    def _ask(self) -> FailureKind | None:
        exchange = self._load.next()
        asked, (_, name) = exchange.request, self._load.target.expectation.shown
        self._load.begin(self)
        with self.client.request(
            str(asked.method),
            asked.path,
            name=name,
            data=asked.body or None,
            headers=dict(asked.headers),
            allow_redirects=False,  # the answer to this request counts, as in the engine
            catch_response=True,
            **self.options,
        ) as response:
            kind, reason = self._judge(response, exchange.right)
            if not self._load.end(self, kind, reason):
                raise _TooLateError  # Locust counts nothing if an error leaves this block
            if kind is None:
                response.success()
            else:
                response.failure(str(kind))
        return kind

    def _judge(self, response: Any, right: RightAnswer) -> tuple[FailureKind | None, str]:
        """Kind and reason of a failure; the kind is None for a success."""
        error = getattr(response, "error", None)  # only failed responses have it
        if error is not None:
            kind = kind_of_error(error)
            return kind, str(error) if kind in OF_BYTES else ""
        content_type = (response.headers.get("content-type") or "").lower().encode("latin-1")
        try:
            body = response.content or b""
        except zlib.error as refused:  # geventhttpclient decompresses only at this point
            return FailureKind.BAD_BODY, str(refused)
        read = Complete(response.status_code, content_type, body)
        return next(iter(differences(read, right)), (None, ""))


class LabFastHttpUser(_StockUser, FastHttpUser):
    """Locust's FastHttpUser (geventhttpclient)."""

    concurrency = 1

    def configure(self, load: StockLoad) -> None:
        """The timeouts of the trial."""
        self.connection_timeout = load.target.connect_timeout_s
        self.network_timeout = load.target.request_timeout_s

    def hang_up(self) -> None:
        """Close the idle connections of the session's geventhttpclient."""
        self.client.client.close()


class LabHttpUser(_StockUser, HttpUser):
    """Locust's HttpUser (requests)."""

    def configure(self, load: StockLoad) -> None:
        """The timeouts of the trial."""
        timeouts = load.target.connect_timeout_s, load.target.request_timeout_s
        self.options = {"timeout": timeouts}  # type: ignore[misc]


USERS: dict[str, type[User]] = {
    Client.ENGINE: LabUser,
    Client.FASTHTTP: LabFastHttpUser,
    Client.HTTP: LabHttpUser,
}
"""The user class for each value of `--client`."""
