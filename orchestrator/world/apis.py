"""Public HTTP APIs with facts about a framework: GitHub and the package index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

GITHUB = "https://api.github.com"


class ApiFailed(Exception):
    """An API gave no usable answer; ``reached``: whether it answered at all."""

    def __init__(self, reason: str, *, reached: bool) -> None:
        self.reached = reached
        super().__init__(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """An API's address, and how long to wait for it.

    ``timeout_s``: to connect, and between two pieces of an answer. ``whole_s``: for all of it.
    """

    name: str
    base: str
    timeout_s: tuple[float, float] = (5.0, 15.0)
    whole_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexFacts:
    """``released``: the UTC date on which the version was first uploaded.

    ``maintainers``: accounts with a role on the project; None where the index lists none, as for
    projects that belong to an organization.
    """

    released: str
    maintainers: int | None


class PublicApis(Protocol):
    """Requests to these APIs."""

    def stars(self, api: Api, owner: str, repository: str) -> int:
        """The stars of a repository on GitHub.

        Raises:
            ApiFailed: it gave no usable answer.
        """

    def index_facts(self, api: Api, package: str, version: str) -> IndexFacts:
        """What the package index knows about a project and one version of it.

        Raises:
            ApiFailed: it gave no usable answer, or does not have the version.
        """
