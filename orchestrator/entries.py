"""Makes the entry of a framework: its manifest, container and companions. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from labwire.expectation import Expectation
from orchestrator.model.entry import ContainerSpec, Entry, Manifest

WORKLOADS = "WORKLOADS"
"""The variable that tells a service which workloads to load beside those that are measured if none
is named. So the routes, packages and memory of one workload are no part of another one's
numbers."""


def entry(manifest: Manifest, containers: Mapping[str, ContainerSpec]) -> Entry:
    """A framework with its container and its companions' containers."""
    container = containers[manifest.id]
    companions = tuple(containers[name] for name in container.companions)
    return Entry(manifest=manifest, container=container, companions=companions)


def answering(
    its: Entry, expectations: Sequence[Expectation], containers: Mapping[str, ContainerSpec]
) -> Entry:
    """The entry for these workloads: the service loads them alone, beside all that they need."""
    there = {spec.service for spec in its.companions}
    needed = dict.fromkeys(name for one in expectations for name in one.needs if name not in there)
    environment = {**its.container.environment, **loaded(expectations)}
    return replace(
        its,
        container=replace(its.container, environment=environment),
        companions=(*its.companions, *(containers[name] for name in needed)),
    )


def loaded(expectations: Iterable[Expectation]) -> dict[str, str]:
    """The variables that tell a service to load these workloads."""
    names = [one.workload for one in expectations if one.on_request]
    return {WORKLOADS: " ".join(names)} if names else {}


def offered(manifest: Manifest, expectations: Iterable[Expectation]) -> list[Expectation]:
    """The workloads that a service offers."""
    return [one for one in expectations if manifest.why_not(one) is None]


def usual(expectations: Iterable[Expectation]) -> list[Expectation]:
    """The workloads that are measured if none is named. Every service offers them."""
    return [one for one in expectations if not one.on_request]
