"""Moves images between hosts: build and save them here, or load instead of building."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from orchestrator.app.catalogue import names
from orchestrator.app.pythons import on_python
from orchestrator.app.services import build_images, wanted, with_companions
from orchestrator.errors import EnvironmentMissing, UsageError
from orchestrator.files.sources import begin_by_sources
from orchestrator.model.blocks import TOOLS
from orchestrator.model.entry import ContainerSpec
from orchestrator.world import World
from orchestrator.world.engine import Images


def save_images(
    world: World, services: Sequence[str], file: Path, python: str | None = None
) -> None:
    """Build the images of services, load and reference; save them and their bases to one file.

    Args:
        python: the version of Python that all services run on; None: each on its own.

    Raises:
        UsageError: an unknown service, or no such folder.
        EnvironmentMissing: one of them could not be built, or the engine refused.
    """
    if not file.absolute().parent.is_dir():
        raise UsageError(f"{file}: its folder does not exist; create it first")
    wanted(world.root, services)  # raises if one is unknown
    world = on_python(world, python, world.out)
    if failed := build_images(world, services):
        raise EnvironmentMissing(
            f"nothing was saved, because these images were not built: {', '.join(failed)}"
        )
    images = world.connect("images").engine.images
    specs = _specs(world, services)
    # An image that is not built here has no sources, and so no name by sources.
    extra = {images.name_by_sources(s): s.image for s in specs if s.build_context}
    mine = [name for name in extra if not images.has(name)]
    try:
        for name, image in extra.items():
            images.tag(image, name)
        world.archives.save([*extra.values(), *extra, *bases(images, specs)], file)
    finally:
        for name in filter(images.has, mine):
            images.forget(name)
    world.out.note(f"{file} ({file.stat().st_size / 1e6:,.0f} MB) has the images of:")
    for spec in specs:
        world.out.note(f"  {spec.service}")


def load_images(world: World, file: Path, python: str | None = None) -> None:
    """Load a file of `save_images`, and say which images this checkout can use.

    Args:
        python: the version with which the images were saved.

    Raises:
        UsageError: there is no such file.
        EnvironmentMissing: the engine refused.
    """
    world.connect("images")  # raises if no engine of this host answers
    world.archives.load(file)
    world = on_python(world, python, world.out)  # now, since the file has the base image, too
    images = world.connect("images").engine.images
    others = []
    for spec in _specs(world, names(world.root).services):
        if not spec.build_context:
            continue
        if images.loaded(spec) is not None:
            world.out.note(f"{spec.service}: built from these sources: it will not be built again")
        else:
            others.append(spec.service)
        _forget_others(images, spec)
    if others:
        world.out.note(
            "no loaded image comes from these sources of the following, which are built when they "
            f"are needed: {', '.join(others)}"
        )


def _forget_others(images: Images, spec: ContainerSpec) -> None:
    """Remove images of earlier archives, which only take up disk space."""
    repository, current = spec.image.rpartition(":")[0], images.name_by_sources(spec)
    for name in images.names(repository):
        if name.startswith(begin_by_sources(spec.image)) and name != current:
            images.forget(name)


def bases(images: Images, specs: Iterable[ContainerSpec]) -> list[str]:
    """The base images of these, and the images that are not built here, if the engine has them."""
    found = dict.fromkeys(spec.base_image if spec.build_context else spec.image for spec in specs)
    return [name for name in found if name and images.has(name)]


def _specs(world: World, services: Sequence[str]) -> list[ContainerSpec]:
    known = world.compose.containers()
    built = with_companions(world.compose, wanted(world.root, services))
    return [known[name] for name in (*built, *TOOLS)]
