"""The users: connections of the lab's engine, or Locust's own for comparison."""

import zlib
from dataclasses import dataclass
from typing import Any, ClassVar

import gevent
from gevent.event import Event
from locust import FastHttpUser, HttpUser, User, task
from locust.env import Environment
from locust.exception import StopUser

from labload.engine.slot import Slot
from labload.workers.stock_kinds import kind_of_error
from labload.workers.stock_load import CONNECT_PAUSE_S, StockLoad
from labload.workers.worker import Worker
from labwire.client import Client
from labwire.failure import NEVER_SENT, OF_BYTES, FailureKind
from labwire.judgement import differences

WORKER = Worker()


class LabUser(User):
    """A place in the engine, which does all the work; the user itself is parked.

    So users come, go and are counted as Locust does it, at the cost of a greenlet that sleeps.
    """

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._slot: Slot | None = None

    def on_stop(self) -> None:
        """Close the connection when Locust takes this user away."""
        if self._slot is not None:
            WORKER.engine.close(self._slot)

    @task
    def load(self) -> None:
        """The whole life of the user."""
        self._slot = WORKER.engine.open()
        Event().wait()


@dataclass(frozen=True, slots=True)
class _Read:
    """A response as Locust's clients read it."""

    status: int
    content_type: bytes
    body: bytes


class _StockUser(User):
    """Asks for the workload again and again with Locust's own client."""

    abstract = True
    client: Any
    options: ClassVar[dict[str, Any]] = {}
    """What the client wants to be told at each request."""

    def __init__(self, environment: Environment) -> None:
        self._load: StockLoad = WORKER.stock
        self.host = self._load.target.url
        self.configure(self._load)
        super().__init__(environment)
        self._load.join(self)

    def configure(self, load: StockLoad) -> None:
        """Set what the client reads when it is made."""

    def on_stop(self) -> None:
        """The user is taken away."""
        self._load.part(self)

    @task
    def load(self) -> None:
        """The whole life of the user: choosing a task each time would cost even more."""
        while True:
            kind = self._ask()
            if kind in NEVER_SENT:
                gevent.sleep(CONNECT_PAUSE_S)

    def _ask(self) -> FailureKind | None:
        asked = self._load.target.expectation.request
        self._load.begin(self)
        with self.client.request(
            str(asked.method),
            asked.path,
            name=asked.path,
            data=asked.body or None,
            headers=dict(asked.headers),
            catch_response=True,
            **self.options,
        ) as response:
            kind, reason = self._judge(response)
            if not self._load.end(self, kind, reason):
                raise StopUser  # too late to count: Locust must not count it either
            if kind is None:
                response.success()
            else:
                response.failure(str(kind))
        return kind

    def _judge(self, response: Any) -> tuple[FailureKind | None, str]:
        """Kind and words of a failure; None if it is none."""
        error = getattr(response, "error", None)  # a response has one only if there is one
        if error is not None:
            kind = kind_of_error(error)
            return kind, str(error) if kind in OF_BYTES else ""
        content_type = (response.headers.get("content-type") or "").lower().encode("latin-1")
        try:
            body = response.content or b""
        except zlib.error as refused:  # geventhttpclient unpacks only when it is asked
            return FailureKind.BAD_BODY, str(refused)
        read = _Read(response.status_code, content_type, body)
        return next(iter(differences(read, self._load.target.expectation.right)), (None, ""))


class LabFastHttpUser(_StockUser, FastHttpUser):
    """Locust's FastHttpUser (geventhttpclient)."""

    concurrency = 1

    def configure(self, load: StockLoad) -> None:
        """The timeouts of the trial."""
        self.connection_timeout = load.target.connect_timeout_s
        self.network_timeout = load.target.request_timeout_s


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
"""By the name that `--client` takes."""
