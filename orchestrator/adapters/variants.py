"""Builds the images of variants, each under a name of its own.

First the service's own image, as the compose file builds it. Then, if the variant asks for it, the
layers over it. Both go through Compose, so they take the network and the cache of all other builds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from orchestrator.adapters.compose import Compose
from orchestrator.adapters.docker_images import DockerImages
from orchestrator.adapters.layers import dockerfile
from orchestrator.errors import TrialFailed
from orchestrator.files.sources import digest
from orchestrator.model.entry import ContainerSpec
from orchestrator.model.variant import Made, Variant

TAG = "variant-"
_DIGITS = 16


class Variants:
    """The variants of a compose file's services in one engine."""

    def __init__(self, compose: Compose, images: DockerImages) -> None:
        self._compose = compose
        self._images = images

    def build(self, variant: Variant) -> Made:
        """Build the image of a variant; cached layers are used.

        Raises:
            TrialFailed: with the log's tail.
        """
        spec = self._compose.containers()[variant.service]
        if variant.image is not None:
            made = self._taken(variant.service, variant.image)
        else:
            made = self._layered(spec, variant, self._based(spec))
        self._images.refuse_volumes(replace(spec, image=made.name))
        return made

    def _taken(self, service: str, name: str) -> Made:
        """An image that exists already; it is pulled if this host does not have it."""
        if not self._images.has(name):
            try:
                self._images.pull(name)
            except TrialFailed as error:
                raise TrialFailed(
                    f"{service}: the image {name} is not on this host and could not be pulled; "
                    f"build it, or load it with `docker load`: {error}"
                ) from error
        return self._made(name, (f"image {name}",))

    def _based(self, spec: ContainerSpec) -> Made:
        """The service's own image."""
        if not spec.build_context:
            return self._made(self._images.build(spec.service) and spec.image, ())
        if loaded := self._images.loaded(spec):
            name = _name(spec, loaded.id)
            self._images.tag(loaded.id, name)
            return self._made(name, ())
        settings = self._compose.build_settings(spec.service)
        sources = digest(
            self._compose.root, Path(spec.build_context), spec.dockerfile, spec.build_more
        )
        name = _name(spec, sources, spec.base_image)
        self._compose.build_as(spec.service, name, settings)
        return self._made(name, ())

    def _layered(self, spec: ContainerSpec, variant: Variant, below: Made) -> Made:
        """The layers of a variant over an image; the image itself if there are none."""
        if not (variant.pins or variant.valgrind):
            return below
        with TemporaryDirectory(prefix="weblab-") as folder:
            context = Path(folder)
            text = dockerfile(
                below.name,
                self._images.user(below.name),
                pins=variant.pins,
                valgrind=variant.valgrind,
            )
            (context / "Dockerfile").write_text(text)
            name = _name(spec, below.id, digest(self._compose.root, context, "Dockerfile"))
            settings = {"context": folder, **_network(self._compose.build_settings(spec.service))}
            try:
                self._compose.build_as(spec.service, name, settings)
            except TrialFailed as failure:
                raise TrialFailed(
                    f"{spec.service}: {_installed(variant)} could not be installed on its image "
                    "(the lab installs wheels only, and versions that fit together)",
                    failure.log_tail,
                ) from failure
        return self._made(name, below.origin)

    def _made(self, name: str, origin: tuple[str, ...]) -> Made:
        image = self._images.image(name)
        return Made(name=name, id=image.id, base=image.base, origin=origin)


def _name(spec: ContainerSpec, *parts: str) -> str:
    """The name of a variant's image, which follows from what it is built from alone."""
    repository = spec.image.rpartition(":")[0] or spec.image
    summed = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    return f"{repository}:{TAG}{summed[:_DIGITS]}"


def _network(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The network of a service's builds, which the layers need as well."""
    return {"network": settings["network"]} if settings.get("network") else {}


def _installed(variant: Variant) -> str:
    return ", ".join([*variant.pins, *(["valgrind"] if variant.valgrind else [])])
