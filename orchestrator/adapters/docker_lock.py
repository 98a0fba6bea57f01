"""The lock of an engine: only one run measures on it at a time, whoever started it.

The lock is a container in the engine that is created but never started. The engine accepts a name
only once, so the process that creates the container has the lock. A label names the owner; the lock
of a process that has ended is removed.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime

import docker
import docker.errors

from orchestrator.adapters.docker_container import FOREIGN
from orchestrator.adapters.owner import Owner
from orchestrator.errors import EnvironmentMissing
from orchestrator.interrupts import shielded

NAME = "weblab-lock"
IMAGE = "weblab/lock:local"
OWNER = "weblab.owner"
# A try fails only if another run takes or releases the lock at that very moment.
TRIES = 20


@contextmanager
def only_one_run(client: docker.DockerClient) -> Iterator[None]:
    """Hold the engine's lock during the block.

    Raises:
        EnvironmentMissing: another run measures on this engine, or may do so.
    """
    with ExitStack() as held:
        with shielded():
            held.callback(_remove, client, _acquired(client))
        yield


def owner_of(labels: Mapping[str, str]) -> Owner | None:
    """The process that made a container or network, from its labels; None if they do not say."""
    return Owner.decoded(labels.get(OWNER, ""))


def _acquired(client: docker.DockerClient) -> str:
    """Take the lock; return its container's id."""
    try:
        _make_image(client)
        for _ in range(TRIES):
            if (mine := _made(client)) is not None:
                return mine
            _take_away_if_dead(client)
    except FOREIGN as error:
        raise EnvironmentMissing(f"the engine's lock cannot be read: {error}") from error
    raise EnvironmentMissing(
        f"other runs take and release the lock {NAME} all the time; run this again"
    )


def _made(client: docker.DockerClient) -> str | None:
    labels = {OWNER: Owner.me().encoded()}
    try:
        made = client.containers.create(
            IMAGE, ["lock"], name=NAME, labels=labels, network_mode="none"
        )
    except docker.errors.APIError as error:
        if error.status_code != 409:
            raise
        return None
    return str(made.id)


def _take_away_if_dead(client: docker.DockerClient) -> None:
    try:
        lock = client.containers.get(NAME)
    except docker.errors.NotFound:
        return
    owner = owner_of(lock.labels)
    if owner is None:
        raise EnvironmentMissing(
            f"a container is named {NAME} but is not the lab's lock; remove it if nobody needs it"
        )
    made = datetime.fromisoformat(str(lock.attrs["Created"]))
    lives = owner.lives(made.timestamp())
    if lives:
        raise EnvironmentMissing(
            f"another run of the lab ({owner}) measures on this engine; wait for it or stop it"
        )
    if lives is None:
        raise EnvironmentMissing(
            f"another run of the lab ({owner}, since {made:%Y-%m-%d %H:%M} UTC) has this engine's "
            f"lock, and it cannot be seen from here whether it still runs; wait for it or, if it "
            f"has ended, run `docker rm {NAME}`"
        )
    _remove(client, str(lock.id))


def _remove(client: docker.DockerClient, lock: str) -> None:
    with shielded(), suppress(*FOREIGN):  # a later run removes the lock if this fails
        client.api.remove_container(lock, force=True)


def _make_image(client: docker.DockerClient) -> None:
    """Make an empty image: a container needs one, even if it never starts."""
    try:
        client.images.get(IMAGE)
    except docker.errors.ImageNotFound:
        empty = io.BytesIO()
        tarfile.open(fileobj=empty, mode="w").close()
        repository, _, tag = IMAGE.partition(":")
        client.api.import_image_from_data(empty.getvalue(), repository=repository, tag=tag)
