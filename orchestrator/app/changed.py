"""``lab changed``: the services that differ from a commit."""

from __future__ import annotations

from orchestrator.app.catalogue import catalogue
from orchestrator.changed import redefined, touched
from orchestrator.model.blocks import COMPOSE_FILE
from orchestrator.world import World


def changed(world: World, since: str) -> dict[str, tuple[str, ...]]:
    """Each service that changed since the fork point from ``since``, with the changed paths.

    Raises:
        UsageError: the commit is not here, or a service's manifest is wrong.
        EnvironmentMissing: git is missing, or this is not a checkout.
    """
    return differing(world, world.changes.fork_point(world.root, since))


def differing(world: World, commit: str) -> dict[str, tuple[str, ...]]:
    """Each service that differs from ``commit``, with the changed paths.

    Raises:
        UsageError: a service's manifest is wrong.
        EnvironmentMissing: git cannot list the changes.
    """
    root, changes = world.root, world.changes
    folders = {name: manifest.folder for name, manifest in catalogue(root).manifests.items()}
    paths = changes.changed_paths(root, commit)
    if COMPOSE_FILE not in paths:
        return touched(paths, folders)
    before, after = changes.definitions_at(root, commit), changes.definitions_now(root)
    return touched(paths, folders, redefined(before, after, tuple(folders)))
