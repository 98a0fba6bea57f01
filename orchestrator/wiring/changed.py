"""What ``lab changed`` is asked: the services that differ from a commit."""

from __future__ import annotations

from orchestrator.adapters import changes
from orchestrator.changed import COMPOSE_FILE, redefined, touched
from orchestrator.wiring.catalogue import ROOT, catalogue


def changed(since: str) -> dict[str, tuple[str, ...]]:
    """Each service that was touched since the work left ``since``, with the paths that touch it.

    Raises:
        UsageError: no such commit here, or a service's manifest is wrong.
        EnvironmentMissing: no git, or no checkout.
    """
    services = tuple(catalogue().manifests)
    commit = changes.fork_point(ROOT, since)
    paths = changes.changed_paths(ROOT, commit)
    if COMPOSE_FILE not in paths:
        return touched(paths, services)
    before, after = changes.definitions_at(ROOT, commit), changes.definitions_now(ROOT)
    return touched(paths, services, redefined(before, after, services))
