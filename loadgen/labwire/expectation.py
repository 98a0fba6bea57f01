"""A workload: what is requested, and what makes the answers right."""

from __future__ import annotations

from dataclasses import dataclass

from labwire.exchange import Exchange, Request, RightAnswer
from labwire.mix import Mix

MIX = "mix"
"""What stands for the method in Locust's tables, where a workload has several requests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One workload of the contract.

    ``request`` and ``right``: a request of its first kind, and the right answer to it. Without a
    ``mix`` nothing else is ever sent. ``needs``: the services of ``docker-compose.yml`` that must
    run beside it, such as a database. ``on_request``: it is measured only where it is named.
    ``only``: the set whose services alone answer it; None: every service may.
    """

    workload: str
    request: Request
    right: RightAnswer
    mix: Mix | None = None
    needs: tuple[str, ...] = ()
    on_request: bool = False
    only: str | None = None

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """What is sent, in this order, again and again."""
        return self.mix.exchanges() if self.mix else (self._only,)

    @property
    def samples(self) -> tuple[Exchange, ...]:
        """What a service is verified with: some of each kind of request, and its corners."""
        if self.mix is None:
            return (self._only,)
        samples = self.mix.samples()  # equal ones, too: a second answer may be kept from the first
        corners = dict.fromkeys(self.mix.corners())
        return (*samples, *(one for one in corners if one not in samples))

    @property
    def shown(self) -> tuple[str, str]:
        """Method and name of its requests in Locust's tables."""
        return (MIX, self.workload) if self.mix else (str(self.request.method), self.request.path)

    @property
    def _only(self) -> Exchange:
        return Exchange(kind=str(self.request), request=self.request, right=self.right)
