"""Asks GitHub and the package index for facts about a framework, over public HTTP APIs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from orchestrator.adapters.http_json import get_json
from orchestrator.words import Count
from orchestrator.world.apis import Api, ApiFailed, IndexFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Repository:
    stargazers_count: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    upload_time_iso_8601: Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T")]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Role:
    user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ownership:
    roles: tuple[_Role, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Project:
    releases: dict[str, tuple[_File, ...]]
    ownership: _Ownership | None = None


def stars(api: Api, owner: str, repository: str) -> int:
    """The stars of a repository on GitHub; GITHUB_TOKEN raises the rate limit.

    Raises:
        ApiFailed: it gave no usable answer.
    """
    headers = {"Accept": "application/vnd.github+json"}
    if token := os.environ.get("GITHUB_TOKEN"):
        headers["Authorization"] = f"Bearer {token}"
    return get_json(api, f"repos/{owner}/{repository}", _Repository, headers).stargazers_count


def index_facts(api: Api, package: str, version: str) -> IndexFacts:
    """What the package index knows about a project and one version of it.

    Raises:
        ApiFailed: it gave no usable answer, or does not have the version.
    """
    project = get_json(api, f"pypi/{package}/json", _Project, {"Accept": "application/json"})
    uploads = [file.upload_time_iso_8601 for file in project.releases.get(version, ())]
    if not uploads:
        raise ApiFailed(f"has no files of {package} {version}", reached=True)
    roles = project.ownership.roles if project.ownership else None
    users = {role.user for role in roles or ()}
    return IndexFacts(released=min(uploads)[:10], maintainers=len(users) or None)
