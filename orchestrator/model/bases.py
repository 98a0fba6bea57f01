"""The base of a service: a function of a few lines, without a framework, on the same server."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from orchestrator.model.entry import OWN_SERVER, Manifest, ServiceSet


class Serving(Protocol):
    """What a record knows of a service and of the way in which it is served.

    ``framework``: the folder of its application, which other services may share. ``base``: the
    service that is its base and was measured with it; a base is its own. All of these but the
    first two are empty in a record that is older than they are.
    """

    @property
    def service(self) -> str:
        """Its id."""

    @property
    def name(self) -> str:
        """Its name in tables."""

    @property
    def framework(self) -> str:
        """The folder of its application."""

    @property
    def server(self) -> str:
        """What serves it."""

    @property
    def interface(self) -> str:
        """What stands between the server and the application."""

    @property
    def base(self) -> str:
        """The id of its base; empty if none took part."""


def base_of(service: Manifest, known: Iterable[Manifest]) -> str | None:
    """The id of the base of a service: the one with the same server and the same interface.

    A base is its own. None for a framework with a server of its own, which serves nothing else, and
    where no base is known. Of several bases the first by id: a service has one base.
    """
    if service.server == OWN_SERVER:
        return None
    if ServiceSet.BASE in service.sets:
        return service.id
    same = (
        one.id
        for one in known
        if ServiceSet.BASE in one.sets
        and (one.server, one.interface) == (service.server, service.interface)
    )
    return min(same, default=None)
