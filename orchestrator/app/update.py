"""``lab update``: raise the locks of services to the newest stable releases, and verify these."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from orchestrator.app.catalogue import catalogue
from orchestrator.app.locks import changes
from orchestrator.app.services import unknown, verify
from orchestrator.app.steps import not_in_step
from orchestrator.app.updated import Update, Updated
from orchestrator.errors import EnvironmentMissing, UsageError
from orchestrator.files.atomic import write_atomically
from orchestrator.files.lock_file import LOCK, compile_command, pins, read_locks, renewal
from orchestrator.model.catalogue import Catalogue
from orchestrator.model.lock import Locks
from orchestrator.world import World
from orchestrator.world.resolver import NotResolved

TEMPLATE = "_template"
BY_HAND = (
    f"{LOCK} does not begin with the command that makes it; make it once by hand, as CONTRIBUTING "
    "says under Locked dependencies"
)


def update(world: World, services: Sequence[str], *, write: bool, verified: bool) -> Update:
    """Raise the locks of these services, of all if none is named, and verify what was raised.

    The services of one framework are raised together, because they share its application. Their
    bases are not, since half of all services stand on these; what is not in step then is told. All
    new locks are known before the first is written. One that cannot be made stays as it was.

    Args:
        write: write the new locks; otherwise only tell what would change.
        verified: check the raised services against the contract.

    Raises:
        UsageError: a service is unknown, or a manifest is wrong.
        EnvironmentMissing: there is no resolver or no index, and nothing was written; or there is
            no engine to verify with, and the message says what was raised.
    """
    known = catalogue(world.root)
    if wrong := unknown(services, tuple(known.manifests)):
        raise UsageError(wrong)
    folders = _folders(known, services)
    below, locks, texts = world.root / "services", [], {}
    for service, folder in folders.items():
        one, text = _newest(world, below / folder, Updated(service=service, folder=folder))
        world.out.note(f"{service}: {one.text}")
        locks.append(one)
        if one.newer:
            texts[below / folder / LOCK] = text
    after = _after(known, below, locks, texts)
    found = Update(
        locks=tuple(locks), out_of_step=not_in_step(known, after, folders), written=write
    )
    if not write:
        return found
    for path, text in texts.items():
        write_atomically(path, text.encode())
    return _verified(world, found, known) if verified else found


def _folders(known: Catalogue, services: Sequence[str]) -> dict[str, str]:
    """Service -> folder, for these services and all others of their frameworks."""
    frameworks = {known.manifests[name].framework for name in services or known.manifests}
    chosen = {
        name: one.folder for name, one in known.manifests.items() if one.framework in frameworks
    }
    return chosen if services else {**chosen, TEMPLATE: TEMPLATE}


def _newest(world: World, folder: Path, one: Updated) -> tuple[Updated, str]:
    """What changes in a lock, and its new text."""
    before = (folder / LOCK).read_text() if (folder / LOCK).is_file() else ""
    if (command := compile_command(before)) is None:
        return replace(one, failure=BY_HAND), before
    try:
        after = world.resolver.newest(folder, command)
    except NotResolved as failure:
        return replace(one, failure=str(failure)), before
    found = changes(pins(before), pins(after))
    return replace(one, changes=found, renewed="" if found else renewal(before, after)), after


def _after(
    known: Catalogue, below: Path, locks: Iterable[Updated], texts: dict[Path, str]
) -> Locks:
    """What the lock of each service pins with the new locks."""
    there = read_locks(below, {name: one.folder for name, one in known.manifests.items()})
    new = {one.service: pins(texts[below / one.folder / LOCK]) for one in locks if one.newer}
    return {**there, **new}


def _verified(world: World, found: Update, known: Catalogue) -> Update:
    """The update with what breaks the contract.

    Raises:
        EnvironmentMissing: there is no engine.
    """
    raised = [one.service for one in found.newer if one.service in known.manifests]
    if not raised:
        return found
    try:
        problems = verify(world, raised)
    except EnvironmentMissing as error:
        names = " ".join(raised)
        raise EnvironmentMissing(
            f"{error}\nThe new locks are written, but not verified; `lab verify {names}` does that"
        ) from error
    locks = tuple(replace(one, contract=problems.get(one.service)) for one in found.locks)
    return replace(found, locks=locks)
