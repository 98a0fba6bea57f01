"""Work with services outside a run: verify them, build their images, add one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from labwire.expectation import Expectation
from orchestrator import contract
from orchestrator.app.catalogue import checked, names
from orchestrator.app.pythons import alone_on, on_python
from orchestrator.bench.observe import observed
from orchestrator.bench.rows import server_facts
from orchestrator.bench.served import served
from orchestrator.bench.verify import answers
from orchestrator.doubts.observed import observed_differences, unknowns
from orchestrator.entries import answering, entry, offered, usual
from orchestrator.errors import TrialFailed, UsageError, unforeseen
from orchestrator.files import template
from orchestrator.files.new_way import START
from orchestrator.files.new_way import new_way as way_made
from orchestrator.model.blocks import TOOLS
from orchestrator.model.catalogue import DEFAULT_SET, Catalogue
from orchestrator.model.entry import ContainerSpec, Manifest
from orchestrator.model.observed import Observed
from orchestrator.ports import Engine
from orchestrator.world import World
from orchestrator.world.compose import ComposeFile


def verify(
    world: World,
    services: Sequence[str],
    python: str | None = None,
    workloads: Sequence[str] = (),
) -> dict[str, tuple[str, ...]]:
    """Check each service's real container against the HTTP contract; service -> problems.

    A difference between its ``service.toml`` and what runs in it is a problem, too.

    Args:
        python: the version of Python that all services run on; None: each on its own.
        workloads: what to ask for; without any, all that are measured if none is named.

    Raises:
        UsageError: an unknown service or workload.
        EnvironmentMissing: no engine answers, or there is no base image of this Python.
    """
    known = checked(
        world,
        lambda there: (
            unknown(services, there.services) + unknown(workloads, there.workloads, "workload")
        ),
    )
    chosen = [known.contract[name] for name in workloads] or usual(known.contract.values())
    asked = tuple(services) or names(world.root).of_set(DEFAULT_SET)
    progress = world.out
    found: dict[str, tuple[str, ...]] = {}
    with alone_on(world, python, chosen, "verify", progress) as (world, connection):
        engine, containers = connection.engine, world.compose.containers()
        for name in asked:
            wrong, runs = _verified(known.manifests[name], chosen, containers, engine)
            said = not known.manifests[name].unsaid  # else all of it is unknown to the lab
            for words in unknowns(runs) if runs and said else ():
                progress.note(f"{name}: {words}")
            found[name] = wrong
            for words in wrong or ("ok",):
                progress.note(f"{name}: {words}")
    return found


def _verified(
    manifest: Manifest,
    chosen: Sequence[Expectation],
    containers: Mapping[str, ContainerSpec],
    engine: Engine,
) -> tuple[tuple[str, ...], Observed | None]:
    """The problems of one service, and what runs in it; None if it failed before."""
    expectations = offered(manifest, chosen)
    if not expectations:
        return (), None
    wrong: tuple[str, ...] = ()
    try:
        its_entry = answering(entry(manifest, containers), expectations, containers)
        for image in its_entry.images:
            engine.build(image)
        with served(its_entry, engine) as its:
            probe = answers(its.server, expectations, its_entry.container.ready_within_s)
            wrong = contract.problems(probe, expectations, manifest)
            if (ended := its.ended()) is not None:
                raise ended
        watched = usual(expectations)
        runs = observed(its_entry, watched, engine) if watched else None
    except Exception as error:  # noqa: BLE001 - one bad service must not stop the others
        failure = error if isinstance(error, TrialFailed) else unforeseen(error)
        log = f"\n{failure.log_tail}" if failure.log_tail else ""
        return (*wrong, f"{failure.reason}{log}"), None
    differences = observed_differences(replace(server_facts(manifest), observed=runs))
    return (*wrong, *differences), runs


def build_images(
    world: World, services: Sequence[str], python: str | None = None
) -> dict[str, str]:
    """Build the images of these services, the load and the reference; service -> why it failed.

    Args:
        python: the version of Python that all services run on; None: each on its own.

    Raises:
        UsageError: an unknown service.
        EnvironmentMissing: no engine answers, or there is no base image of this Python.
    """
    checked_services(world, services)
    world = on_python(world, python, world.out)
    built = [*with_companions(world.compose, wanted(world.root, services)), *TOOLS]
    progress = world.out
    engine = world.connect("images").engine
    failed: dict[str, str] = {}
    for name in built:
        try:
            image = engine.build(name)
            progress.note(f"{name}: {image.size_bytes / 1e6:,.0f} MB, base {image.base}")
        except TrialFailed as failure:
            failed[name] = f"{failure.reason}\n{failure.log_tail}"
            progress.note(f"{name}: {failed[name]}")
    if python is not None:
        settings = " ".join(f"{key}={value}" for key, value in world.compose.variables.items())
        progress.note(f"interactive use of these images: {settings} docker compose up flask locust")
    return failed


def with_companions(compose: ComposeFile, services: Sequence[str]) -> tuple[str, ...]:
    """These services and the companions that they need, as the compose file says."""
    known = compose.containers()
    needed = (name for service in services for name in known[service].companions)
    return (*services, *dict.fromkeys(needed))


def checked_services(world: World, services: Sequence[str]) -> Catalogue:
    """The catalogue, after files, environment and these services were checked.

    Raises:
        UsageError: with everything that is wrong.
    """
    return checked(world, lambda there: unknown(services, there.services))


def wanted(root: Path, services: Sequence[str]) -> tuple[str, ...]:
    """These services, or those of the default set if none is named.

    Raises:
        UsageError: one is unknown.
    """
    there = names(root)
    if wrong := unknown(services, there.services):
        raise UsageError(wrong)
    return tuple(services) or there.of_set(DEFAULT_SET)


def unknown(names: Sequence[str], there: Sequence[str], what: str = "service") -> list[str]:
    """The services, or whatever else, that do not exist, in words."""
    return [
        f"no {what} {name!r}; choose from {', '.join(there)}" for name in names if name not in there
    ]


def new_service(root: Path, name: str) -> list[str]:
    """Make a service from the template; return lines that say what to do next.

    Raises:
        UsageError: the name is not allowed or already exists.
    """
    folder = template.new_service(root, name)
    return [
        f"{folder.relative_to(root)} is ready, with its block in docker-compose.yml.",
        f"It already fulfils the contract; check it with: .venv/bin/lab verify {name}",
        'Next: CONTRIBUTING.md, "Add a framework", from step 2.',
    ]


def new_way(root: Path, framework: str, way: str) -> list[str]:
    """Make a way to serve a framework; return lines that say what to do next.

    Raises:
        UsageError: no such framework, or the way's name is not allowed or already exists.
    """
    single = not (root / "services" / framework / START).is_file()
    folder = way_made(root, framework, way)
    name = f"{framework}-{way}"
    found = [f"{folder.relative_to(root)} is ready, with the block {name} in docker-compose.yml."]
    if single:
        found.append(
            f"services/{framework}/Dockerfile now takes lock and start from a folder; the "
            f"framework's own start is in services/{framework}/{START}."
        )
    return [
        *found,
        f"It is a copy of {framework}, which fulfils the contract; check it with: "
        f".venv/bin/lab verify {name}",
        'Next: CONTRIBUTING.md, "Add a way to serve", from step 2.',
    ]
