"""An image of a service that differs from the one that the compose file builds."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.words import Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A service with some of its parts replaced; without any, it is the service as it is.

    ``pins``: distributions in other versions, each as ``name==version``. ``path``: a folder or a
    wheel of a distribution that is installed instead of the pinned one. ``revision``: the git
    revision from which the service's folder is taken. ``python``: the version of another base
    image, such as ``3.12``. ``image``: an image that is used instead of building one.
    ``environment``: variables of the container. ``valgrind``: whether valgrind is installed on top.
    """

    service: Name
    pins: tuple[str, ...] = ()
    path: str | None = None
    revision: str | None = None
    python: str | None = None
    image: str | None = None
    environment: tuple[tuple[str, str], ...] = ()
    valgrind: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A variant's image.

    ``name``: its name in the engine. ``id``, ``base``: as in `ports.Image`. ``origin``: what it was
    made from, in words: the commit that a revision meant, the version of a wheel.
    """

    name: str
    id: str
    base: str
    origin: tuple[str, ...] = ()
