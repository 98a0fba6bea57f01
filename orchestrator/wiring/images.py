"""Images from one host to another: built here and saved, or loaded instead of built."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from orchestrator.adapters import image_archive
from orchestrator.adapters.compose import LOCUST_WORKER, Compose
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.adapters.progress import ConsoleProgress
from orchestrator.adapters.sources import digest
from orchestrator.errors import EnvironmentMissing
from orchestrator.model.entry import ContainerSpec
from orchestrator.wiring.catalogue import ROOT
from orchestrator.wiring.services import build_images, wanted


def save_images(services: Sequence[str], file: Path) -> None:
    """Build the images of services and load, and write them to one file with their bases.

    Raises:
        UsageError: an unknown service.
        EnvironmentMissing: one of them could not be built, or the engine refused.
    """
    if failed := build_images(services):
        raise EnvironmentMissing(f"nothing is saved, since not built: {', '.join(failed)}")
    engine = DockerEngine(Compose(ROOT), "images")
    specs = _specs(services)
    sources = {engine.image(spec.image).id: _digest(spec) for spec in specs}
    names = dict.fromkeys([*(spec.image for spec in specs), *bases(engine, specs)])
    image_archive.save(list(names), file, sources)
    size = file.stat().st_size / 1e6
    ConsoleProgress().note(f"{len(names)} images are in {file} ({size:,.0f} MB)")


def load_images(file: Path) -> None:
    """Load what `save_images` wrote; what was built from other sources than these is named.

    Raises:
        UsageError: the file is no such archive.
        EnvironmentMissing: the engine refused.
    """
    progress, engine = ConsoleProgress(), DockerEngine(Compose(ROOT), "images")
    sources = image_archive.load(file)
    image_archive.LoadedImages(ROOT / image_archive.LOADED).remember(sources)
    for spec in _specs(()):
        image = engine.image(spec.image).id if engine.has(spec.image) else None
        same = image is not None and sources.get(image) == _digest(spec)
        said = "as it is in this checkout: it is not built again" if same else "will be built"
        progress.note(f"{spec.service}: {said}")


def bases(engine: DockerEngine, specs: Iterable[ContainerSpec]) -> list[str]:
    """The base images of these, as far as the engine has them."""
    names = dict.fromkeys(spec.base_image for spec in specs if spec.base_image)
    return [name for name in names if engine.has(name)]


def _specs(services: Sequence[str]) -> list[ContainerSpec]:
    known = Compose(ROOT).containers()
    return [known[name] for name in (*wanted(services), LOCUST_WORKER)]


def _digest(spec: ContainerSpec) -> str:
    return digest(ROOT, Path(spec.build_context), spec.dockerfile)
