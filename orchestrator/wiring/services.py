"""What is done with services outside a run: verify them, build their images, add one."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator import contract
from orchestrator.adapters import template
from orchestrator.adapters.compose import Compose
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.adapters.progress import ConsoleProgress
from orchestrator.bench.served import served
from orchestrator.bench.verify import READY_WITHIN_S
from orchestrator.entries import entry
from orchestrator.errors import EnvironmentMissing, TrialFailed, UsageError, unforeseen
from orchestrator.model.blocks import LOCUST_WORKER
from orchestrator.model.catalogue import Catalogue
from orchestrator.wiring.catalogue import ROOT, checked, names
from orchestrator.wiring.engine import engine_alone


def verify(services: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Check the HTTP contract in each service's real container; service -> problems.

    Raises:
        UsageError: an unknown service.
    """
    known = checked_services(services)
    asked = tuple(services) or tuple(known.manifests)
    progress = ConsoleProgress()
    found: dict[str, tuple[str, ...]] = {}
    with engine_alone("verify", progress) as engine:
        containers = Compose(ROOT).containers()
        for name in asked:
            try:
                its_entry = entry(known.manifests[name], containers)
                for image in its_entry.images:
                    engine.build(image)
                with served(its_entry, engine) as its:
                    expectations = list(known.contract.values())
                    probe = its.server.probe([e.request for e in expectations], READY_WITHIN_S)
                    found[name] = contract.problems(probe, expectations, known.manifests[name])
                    if (ended := its.ended()) is not None:
                        raise ended
            except EnvironmentMissing:
                raise
            except Exception as error:  # noqa: BLE001 - one bad service hides no other
                failure = error if isinstance(error, TrialFailed) else unforeseen(error)
                log = f"\n{failure.log_tail}" if failure.log_tail else ""
                found[name] = (f"{failure.reason}{log}",)
            progress.note(f"{name}: {'; '.join(found[name]) or 'ok'}")
    return found


def build_images(services: Sequence[str]) -> dict[str, str]:
    """Build the images of all services and of the load; service -> reason where one failed.

    Raises:
        UsageError: an unknown service.
    """
    checked_services(services)
    built = [*with_companions(wanted(services)), LOCUST_WORKER]
    progress = ConsoleProgress()
    engine = DockerEngine(Compose(ROOT), "images")
    failed: dict[str, str] = {}
    for name in built:
        try:
            image = engine.build(name)
            progress.note(f"{name}: {image.size_bytes / 1e6:,.0f} MB, base {image.base}")
        except TrialFailed as failure:
            failed[name] = f"{failure.reason}\n{failure.log_tail}"
            progress.note(f"{name}: {failed[name]}")
    return failed


def with_companions(services: Sequence[str]) -> tuple[str, ...]:
    """These and what they need beside them, as the compose file says."""
    known = Compose(ROOT).containers()
    needed = (name for service in services for name in known[service].companions)
    return (*services, *dict.fromkeys(needed))


def checked_services(services: Sequence[str]) -> Catalogue:
    """The catalogue, once nothing is wrong with files, environment or these services.

    Raises:
        UsageError: with everything that is wrong.
    """
    return checked(lambda there: _unknown(services, there.services))


def wanted(services: Sequence[str]) -> tuple[str, ...]:
    """These services, or all where none is named.

    Raises:
        UsageError: one is unknown.
    """
    there = names().services
    if unknown := _unknown(services, there):
        raise UsageError(unknown)
    return tuple(services) or there


def _unknown(services: Sequence[str], there: Sequence[str]) -> list[str]:
    return [
        f"no service {name!r}; choose from {', '.join(there)}"
        for name in services
        if name not in there
    ]


def new_service(name: str) -> list[str]:
    """Make a service from the template; lines that say what is next.

    Raises:
        UsageError: the name does not fit, or exists already.
    """
    folder = template.new_service(ROOT, name)
    return [
        f"{folder.relative_to(ROOT)} is ready, with its block in docker-compose.yml.",
        f"It keeps the contract as it is: .venv/bin/lab verify {name}",
        'Next: CONTRIBUTING.md, "Add a framework", from step 2.',
    ]
