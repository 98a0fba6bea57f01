"""Images from one host to another: built here and saved, or loaded instead of built."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from orchestrator.adapters import image_archive
from orchestrator.adapters.compose import Compose
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.adapters.progress import ConsoleProgress
from orchestrator.adapters.sources import TAG
from orchestrator.errors import EnvironmentMissing, UsageError
from orchestrator.model.blocks import LOCUST_WORKER
from orchestrator.model.entry import ContainerSpec
from orchestrator.wiring.catalogue import ROOT
from orchestrator.wiring.services import build_images, wanted, with_companions


def save_images(services: Sequence[str], file: Path) -> None:
    """Build the images of services and load, and write them to one file with their bases.

    Raises:
        UsageError: an unknown service, or no such folder.
        EnvironmentMissing: one of them could not be built, or the engine refused.
    """
    if not file.absolute().parent.is_dir():
        raise UsageError(f"{file}: there is no such folder")
    if failed := build_images(services):
        raise EnvironmentMissing(f"nothing is saved, since not built: {', '.join(failed)}")
    engine = DockerEngine(Compose(ROOT), "images")
    specs = _specs(services)
    # What is not built has no sources to be called by.
    extra = {engine.images.name_by_sources(s): s.image for s in specs if s.build_context}
    mine = [name for name in extra if not engine.images.has(name)]
    try:
        for name, image in extra.items():
            engine.images.tag(image, name)
        names = [*extra.values(), *extra, *bases(engine, specs)]
        image_archive.save(names, file)
    finally:
        for name in filter(engine.images.has, mine):
            engine.images.forget(name)
    ConsoleProgress().note(f"{file} ({file.stat().st_size / 1e6:,.0f} MB) has the images of:")
    for spec in specs:
        ConsoleProgress().note(f"  {spec.service}")


def load_images(file: Path) -> None:
    """Load what `save_images` wrote; what was built from other sources than these is named.

    Raises:
        UsageError: there is no such file.
        EnvironmentMissing: the engine refused.
    """
    progress, engine = ConsoleProgress(), DockerEngine(Compose(ROOT), "images")
    image_archive.load(file)
    for spec in _specs(()):
        if not spec.build_context:
            continue
        same = engine.images.loaded(spec) is not None
        said = "as it is in this checkout: it is not built again" if same else "will be built"
        progress.note(f"{spec.service}: {said}")
        _forget_others(engine, spec)


def _forget_others(engine: DockerEngine, spec: ContainerSpec) -> None:
    """What earlier archives brought takes room for nothing."""
    repository, current = spec.image.rpartition(":")[0], engine.images.name_by_sources(spec)
    for name in engine.images.names(repository):
        if name.startswith(f"{repository}:{TAG}") and name != current:
            engine.images.forget(name)


def bases(engine: DockerEngine, specs: Iterable[ContainerSpec]) -> list[str]:
    """What these are made of, or are where they are not built, as far as the engine has it."""
    names = dict.fromkeys(spec.base_image if spec.build_context else spec.image for spec in specs)
    return [name for name in names if name and engine.images.has(name)]


def _specs(services: Sequence[str]) -> list[ContainerSpec]:
    known = Compose(ROOT).containers()
    return [known[name] for name in (*with_companions(wanted(services)), LOCUST_WORKER)]
