"""``lab update``: raise the locks of services to the newest stable releases, and verify these."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from orchestrator.app.catalogue import catalogue
from orchestrator.app.locks import changes
from orchestrator.app.services import unknown, verify
from orchestrator.app.steps import not_in_step
from orchestrator.app.updated import Update, Updated
from orchestrator.changed import WORK
from orchestrator.entries import offered
from orchestrator.errors import EnvironmentMissing, UsageError
from orchestrator.files.atomic import write_atomically
from orchestrator.files.lock_file import LOCK, WANTED, compile_command, pins, read_locks, renewal
from orchestrator.model.catalogue import Catalogue
from orchestrator.model.lock import Locks
from orchestrator.world import World
from orchestrator.world.resolver import NotResolved

TEMPLATE = "_template"
BY_HAND = (
    f"{LOCK} does not begin with the command that makes it; make it once by hand, as CONTRIBUTING "
    "says under Locked dependencies"
)
Problems = Mapping[str, tuple[str, ...]]
"""Service -> what breaks the contract; without those that were not verified."""


def update(world: World, services: Sequence[str], *, write: bool, verified: bool) -> Update:
    """Raise the locks of these services, of all if none is named, and verify what was raised.

    The services of one framework are raised together, because they share its application, and with
    them what its workloads on request need. Their bases are not, since half of all services stand
    on these; what is not in step then is told. All new locks are known before the first is written.
    One that cannot be made stays as it was.

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
    below, locks, texts = world.root / "services", list[Updated](), dict[str, str]()
    for asked in _asked(known, below, services):
        one, text = _newest(world, below, asked, texts)
        world.out.note(f"{one.name}: {one.text}")
        locks.append(one)
        if one.newer:
            texts[one.folder] = text
    found = Update(
        locks=tuple(locks), out_of_step=_out_of_step(known, below, locks, texts), written=write
    )
    if not write:
        return found
    for folder, text in texts.items():
        write_atomically(below / folder / LOCK, text.encode())
    return _verified(world, found, known) if verified else found


def _asked(known: Catalogue, below: Path, services: Sequence[str]) -> Iterator[Updated]:
    """The locks of these services and of all others of their frameworks, not made yet.

    The workloads' comes after that of the framework's own way, whose versions it has to take.
    """
    frameworks = {known.manifests[name].framework for name in services or known.manifests}
    for name, one in known.manifests.items():
        if one.framework in frameworks:
            yield Updated(service=name, folder=one.folder)
        if name in frameworks and (below / name / WORK / WANTED).is_file():
            yield Updated(service=name, folder=f"{name}/{WORK}", on_request=True)
    if not services:
        yield Updated(service=TEMPLATE, folder=TEMPLATE)


def _newest(
    world: World, below: Path, one: Updated, texts: Mapping[str, str]
) -> tuple[Updated, str]:
    """What changes in a lock, and its new text.

    Args:
        texts: folder -> the text of each lock that is already known to be newer.
    """
    folder = below / one.folder
    before = (folder / LOCK).read_text() if (folder / LOCK).is_file() else ""
    if (command := compile_command(before)) is None:
        return replace(one, failure=BY_HAND), before
    above = texts.get(one.service) if one.on_request else None
    try:
        after = world.resolver.newest(folder, command, above)
    except NotResolved as failure:
        return replace(one, failure=str(failure)), before
    found = changes(pins(before), pins(after))
    return replace(one, changes=found, renewed="" if found else renewal(before, after)), after


def _out_of_step(
    known: Catalogue, below: Path, locks: Iterable[Updated], texts: Mapping[str, str]
) -> tuple[str, ...]:
    """What would not be in step with the new locks, in words."""

    def pinned(folders: Mapping[str, str]) -> Locks:
        there = read_locks(below, folders)
        new = {name: pins(texts[at]) for name, at in folders.items() if at in texts}
        return {**there, **new}

    own = {name: one.folder for name, one in known.manifests.items()}
    work = {one.framework: f"{one.framework}/{WORK}" for one in known.manifests.values()}
    raised = [one.service for one in locks if not one.on_request]
    return not_in_step(known, pinned(own), pinned(work), raised)


def _verified(world: World, found: Update, known: Catalogue) -> Update:
    """The update with what breaks the contract.

    An image for workloads on request has the packages of both locks, so it is verified where either
    is newer.

    Raises:
        EnvironmentMissing: there is no engine.
    """
    raised = {one.service for one in found.newer if not one.on_request}
    reworked = {one.service for one in found.newer if one.on_request}
    on_request = [one for one in known.contract.values() if one.on_request]
    own = [name for name in known.manifests if name in raised]
    asked = [
        name
        for name, one in known.manifests.items()
        if (name in raised or one.framework in reworked) and offered(one, on_request)
    ]
    workloads = [
        one.workload
        for one in on_request
        if any(known.manifests[name].why_not(one) is None for name in asked)
    ]
    try:
        usual = verify(world, own) if own else {}
        more = verify(world, asked, workloads=workloads) if asked else {}
    except EnvironmentMissing as error:
        raise EnvironmentMissing(
            f"{error}\nThe new locks are written, but not verified; "
            f"{_by_hand(own, asked, workloads)}"
        ) from error
    locks = tuple(
        replace(one, contract=_broken(one, known, usual, more, reworked)) if one.newer else one
        for one in found.locks
    )
    return replace(found, locks=locks)


def _broken(
    one: Updated, known: Catalogue, usual: Problems, more: Problems, reworked: Collection[str]
) -> tuple[str, ...] | None:
    """What breaks the contract with a newer lock.

    Args:
        usual, more: of the workloads that are always measured, and of those on request.
        reworked: the frameworks for whose workloads on request there is a newer lock. What breaks
            in these is told with that lock.
    """
    if one.on_request:
        return tuple(
            f"{name}: {text}"
            for name, problems in more.items()
            if known.manifests[name].framework == one.service
            for text in problems
        )
    if one.service not in usual:
        return None
    told = known.manifests[one.service].framework in reworked
    return (*usual[one.service], *(() if told else more.get(one.service, ())))


def _by_hand(own: Sequence[str], asked: Sequence[str], workloads: Sequence[str]) -> str:
    """What verifies the same, in words."""
    commands = [f"`lab verify {' '.join(own)}`"] if own else []
    if asked:
        commands.append(f"`lab verify {' '.join(asked)} --workload {' '.join(workloads)}`")
    return f"{' and '.join(commands)} {'do' if len(commands) > 1 else 'does'} that"
