"""Public HTTP APIs that tell of a framework: GitHub and the package index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

GITHUB = "https://api.github.com"


class ApiFailed(Exception):
    """An API did not tell; ``reached`` says whether it answered at all."""

    def __init__(self, reason: str, *, reached: bool) -> None:
        self.reached = reached
        super().__init__(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """Where an API is, and how long to wait for it.

    ``timeout_s``: to connect, and between two pieces. ``whole_s``: for the whole answer.
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
    """What can be asked of them."""

    def stars(self, api: Api, owner: str, repository: str) -> int:
        """The stars of a repository on GitHub.

        Raises:
            ApiFailed: it did not tell.
        """

    def index_facts(self, api: Api, package: str, version: str) -> IndexFacts:
        """What the package index tells of a project and of one version of it.

        Raises:
            ApiFailed: it did not tell, or does not have the version.
        """
