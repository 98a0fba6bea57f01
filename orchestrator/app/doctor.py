"""``lab doctor``: what this host can and cannot measure, and what would help."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from orchestrator.app import examined
from orchestrator.app.catalogue import catalogue, names
from orchestrator.app.examined import Examined
from orchestrator.doubts.host import NOT_TRIED, of_base, of_memory_size, of_neighbours
from orchestrator.doubts.kind import Doubt
from orchestrator.errors import LabError
from orchestrator.files.checkout import wanted_nofile
from orchestrator.files.variables import wrong_variables
from orchestrator.model.blocks import LOCUST_WORKER
from orchestrator.model.placement import Network
from orchestrator.placement import placed
from orchestrator.world import World
from orchestrator.world.engine import Engine


def examine(world: World) -> list[Examined]:
    """Everything that can be found without measuring; a poor host is a finding, not an error."""
    found: list[Examined] = []
    for part in (_files, _compose, _engine):
        try:
            found += (examined.told(one) for one in part(world))
        except LabError as error:
            found.append(examined.bad(str(error)))
    return found


def _files(world: World) -> Iterator[Examined]:
    known = catalogue(world.root)
    sets = ", ".join(f"{len(of)} in {one}" for one, of in names(world.root).sets.items() if of)
    yield Examined(text=f"{len(known.manifests)} services declared: {sets}")


def _compose(world: World) -> Iterator[Examined]:
    yield Examined(text=f"Docker Compose {world.compose.version()}")
    wrong = wrong_variables(world.root, names(world.root).workloads)
    yield from map(examined.bad, wrong.values())
    world.compose.containers()


def _engine(world: World) -> Iterator[Examined | Doubt]:
    engine = world.connect("doctor").engine
    facts = engine.facts()
    yield from examined.engine(facts, world.host.kernel())
    yield from examined.builds(world.compose.why_no_build())
    here = placed(facts.cpus, world.host.core_siblings(), Network.LOOPBACK)
    yield from examined.cpus(here.layout)
    yield from of_memory_size(facts.memory_bytes)
    yield from _container(world, engine)
    yield from of_neighbours(engine.neighbours())
    yield from examined.running(engine.strangers())


def _container(world: World, engine: Engine) -> Iterator[Examined | Doubt]:
    """Start a container, to see what the engine grants it."""
    spec = replace(world.compose.containers()[LOCUST_WORKER], service="doctor")
    if not engine.images.has(spec.image):
        yield NOT_TRIED.seen()
        return
    yield from of_base(engine.images.image(spec.image).base)
    with engine.start(spec, command=["--version"]):
        pass
    yield from examined.files(spec.nofile, wanted_nofile(world.root))
