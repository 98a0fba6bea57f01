"""Makes the entry of a framework: its manifest, container and companions. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.model.entry import ContainerSpec, Entry, Manifest


def entry(manifest: Manifest, containers: Mapping[str, ContainerSpec]) -> Entry:
    """A framework with its container and its companions' containers."""
    container = containers[manifest.id]
    companions = tuple(containers[name] for name in container.companions)
    return Entry(manifest=manifest, container=container, companions=companions)
