"""Builds the images of variants, each under a name of its own.

First the service's own image, as the compose file builds it: with the folder of another revision or
on another base image, if the variant says so. Then the layers over it. Both go through Compose, so
they take the network and the cache of all other builds.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from orchestrator.adapters import checkouts, revisions
from orchestrator.adapters.base_images import base_image
from orchestrator.adapters.compose import Compose
from orchestrator.adapters.docker_images import DockerImages
from orchestrator.adapters.layers import SOURCE, dockerfile
from orchestrator.errors import EnvironmentMissing, NotInstallable, TrialFailed
from orchestrator.files.own_root import origin_of
from orchestrator.files.scratch import remove_left, scratch
from orchestrator.files.sources import digest
from orchestrator.model.entry import ContainerSpec
from orchestrator.model.variant import Made, Variant

TAG = "variant-"
KEPT = 20
"""This many images of variants stay, those that were used last."""
SCRATCH = Path(".lab", "variants")
"""In the checkout, since /tmp is in memory on many hosts."""
_DIGITS = 16


class Variants:
    """The variants of a compose file's services in one engine."""

    def __init__(self, compose: Compose, images: DockerImages) -> None:
        self._compose = compose
        self._images = images
        self._scratch = compose.root / SCRATCH
        self._mine: set[str] = set()

    def build(self, variant: Variant) -> Made:
        """Build the image of a variant; cached layers are used.

        Images that other processes built, and that are not among the ``KEPT`` used last, are
        removed.

        Raises:
            TrialFailed: with the log's tail.
        """
        specs = self._compose.containers()
        spec = specs[variant.service]
        if variant.image is not None:
            made = self._layered(spec, variant, self._taken(variant.service, variant.image))
        else:
            made = self._layered(spec, variant, self._based(spec, variant))
        self._remove_old(sorted({_repository(one) for one in specs.values()}))
        self._images.refuse_volumes(replace(spec, image=made.name))
        return made

    def remove_leftovers(self) -> None:
        """Remove the copies of checkouts that killed runs have left."""
        remove_left(self._scratch)

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
        self._mine.add(name)  # it may be the image of an earlier variant
        return self._made(name, (f"the image {name}",))

    def _based(self, spec: ContainerSpec, variant: Variant) -> Made:
        """The service's own image, of the variant's revision and on its base image."""
        asked = variant.revision or variant.python
        if not spec.build_context:
            if asked:
                raise TrialFailed(f"{spec.service}: its image is not built here; take out {asked}")
            self._images.build(spec.service)
            return self._made(spec.image, ())
        if not asked and (loaded := self._images.loaded(spec)):
            return self._named(loaded.id, _name(spec, loaded.id))
        settings = self._compose.build_settings(spec.service)
        base, origin = spec.base_image, []
        if variant.python is not None:
            base = self._base_image(spec, variant.python)
            settings["args"] = {**settings["args"], "BASE": base}
            origin.append(f"Python {variant.python} of {base}")
        way = settings.get("args", {}).get("WAY", ".")
        with self._context(spec, variant, way) as (context, commit):
            if commit:
                origin.append(f"{spec.service} at commit {commit}")
            sources = digest(self._compose.root, context, spec.dockerfile, spec.build_more)
            name = _name(spec, sources, base, commit)
            try:
                block = {**settings, "context": _literal(context)}
                self._compose.build_as(spec.service, name, block, variant.python or "")
            except NotInstallable as failure:
                if not variant.revision:
                    raise
                at = f"{spec.service} at revision {variant.revision}"
                raise NotInstallable(f"{at}: {failure.reason}", failure.log_tail) from failure
            except TrialFailed as failure:
                raise _not_built(spec, variant, failure) from failure
        return self._named(name, name, *origin)

    def _base_image(self, spec: ContainerSpec, version: str) -> str:
        if not spec.base_image:
            raise TrialFailed(
                f"{spec.service}: its build has no argument BASE, so it cannot have another Python"
            )
        try:
            return base_image(self._compose.root, version)
        except TrialFailed as failure:
            raise TrialFailed(f"{spec.service}: {failure.reason}", failure.log_tail) from failure

    @contextmanager
    def _context(
        self, spec: ContainerSpec, variant: Variant, way: str
    ) -> Iterator[tuple[Path, str]]:
        """The folder of the build, as it was at the variant's revision; and that commit.

        Args:
            way: the folder in it that has the way to serve. A commit without it is refused: the
                Dockerfile of then may know no ways, and would build the framework's first one.
        """
        context, root = Path(spec.build_context), self._compose.root.resolve()
        if variant.revision is None:
            yield context, ""
            return
        if not context.resolve().is_relative_to(root):
            raise TrialFailed(f"{spec.service}: its folder {context} is not in this checkout")
        folder = context.resolve().relative_to(root).as_posix()
        if (own := origin_of(root / "services", spec.service)) is not None:
            root, folder = own, "."  # git then takes paths relative to it
        try:
            commit = revisions.commit(root, variant.revision)
        except EnvironmentMissing as error:
            raise TrialFailed(f"{spec.service}: {error}") from error
        needed = posixpath.normpath(f"{folder}/{way}")
        if commit is None or not revisions.has_folder(root, commit, needed):
            raise TrialFailed(f"{spec.service}: revision {variant.revision} has no folder {needed}")
        with scratch(self._scratch) as copy:
            revisions.extract(root, commit, folder, copy)
            yield copy / folder, commit

    def _layered(self, spec: ContainerSpec, variant: Variant, below: Made) -> Made:
        """The layers of a variant over an image; the image itself if there are none."""
        if not (variant.pins or variant.path or variant.valgrind):
            return below
        with scratch(self._scratch) as context:
            source, origin = "", below.origin
            if variant.path is not None:
                path = checkouts.located(variant.path)
                if why := checkouts.problem(path):
                    raise TrialFailed(f"{spec.service}: {path}: {why}")
                source, words = checkouts.copy(path, context / SOURCE)
                origin = (*origin, words)
            text = dockerfile(
                below.name,
                self._images.user(below.name),
                pins=variant.pins,
                source=source,
                valgrind=variant.valgrind,
            )
            (context / "Dockerfile").write_text(text)
            name = _name(spec, below.id, digest(self._compose.root, context, "Dockerfile"))
            settings = {"context": _literal(context), **self._network(spec)}
            try:
                self._compose.build_as(spec.service, name, settings)
            except TrialFailed as failure:
                raise TrialFailed(not_installed(variant), failure.log_tail) from failure
        return self._named(name, name, *origin)

    def _network(self, spec: ContainerSpec) -> dict[str, object]:
        """The network of a service's builds, which the layers need as well."""
        network = self._compose.build_settings(spec.service).get("network")
        return {"network": network} if network else {}

    def _named(self, image: str, name: str, *origin: str) -> Made:
        """Note that this process needs the image, and that it was used now."""
        self._images.tag(image, name)
        self._mine.add(name)
        return self._made(name, origin)

    def _made(self, name: str, origin: tuple[str, ...]) -> Made:
        image = self._images.image(name)
        return Made(name=name, id=image.id, base=image.base, origin=origin)

    def _remove_old(self, repositories: list[str]) -> None:
        for name in self._images.by_age(TAG, repositories)[KEPT:]:
            if name not in self._mine:
                self._images.dispose(name)  # one that a container needs stays until the next time


def _not_built(spec: ContainerSpec, variant: Variant, failure: TrialFailed) -> TrialFailed:
    where = f" at revision {variant.revision}" if variant.revision else ""
    on = f" on Python {variant.python}" if variant.python else ""
    reason = f"{spec.service}: its image{where} could not be built{on}"
    if variant.python:
        reason += "; its lock may lack packages that this version needs"
    return TrialFailed(reason, failure.log_tail)


def _name(spec: ContainerSpec, *parts: str) -> str:
    """The name of a variant's image, which follows from what it is built from alone."""
    summed = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    return f"{_repository(spec)}:{TAG}{summed[:_DIGITS]}"


def _repository(spec: ContainerSpec) -> str:
    name, _, tag = spec.image.rpartition(":")
    return spec.image if not name or "/" in tag else name


def _literal(path: Path) -> str:
    """A path in Compose's settings, where a single `$` would begin a variable."""
    return str(path).replace("$", "$$")


def not_installed(variant: Variant) -> str:
    """Why the layers of a variant may not have been built, and what to do."""
    path = [variant.path] if variant.path is not None else []
    packages, valgrind = [*variant.pins, *path], ["valgrind"] if variant.valgrind else []
    advice = []
    if variant.pins:
        advice.append("Each pinned version must exist as a wheel")
    if packages:
        advice.append("All packages must fit together")
    if valgrind:
        advice.append(
            "valgrind comes from Debian: the image must be based on Debian, and a Debian mirror "
            "must answer"
        )
    what = ", ".join([*packages, *valgrind])
    return f"{variant.service}: {what} could not be installed in its image. {'. '.join(advice)}"
