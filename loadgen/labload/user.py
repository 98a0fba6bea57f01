"""One Locust user: one connection that always has a request under way."""

from typing import ClassVar

import gevent
from gevent.event import Event
from locust import User, task
from locust.env import Environment

from labload.counting import keep_asking
from labload.exchange import Connection
from labload.worker import Worker


class LabUser(User):
    """Asks for the workload again and again and checks each answer."""

    worker: ClassVar[Worker] = Worker()

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._connection: Connection | None = None

    def on_stop(self) -> None:
        """Close the connection when Locust takes this user away."""
        if self._connection is not None:
            self._connection.close()

    @task
    def load(self) -> None:
        """The whole life of the user: Locust's scheduling would cost more than the request."""
        target, counter = self.worker.join()
        self._connection = Connection(target)
        keep_asking(self._connection, counter, self.worker.gate, gevent.sleep)
        Event().wait()  # The trial is over: send nothing more until Locust ends this user.
