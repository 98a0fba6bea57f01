"""The image of a service: built, taken as it is, or refused in words."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import docker.errors
import pytest

from orchestrator.adapters.docker_images import DockerImages
from orchestrator.errors import TrialFailed
from orchestrator.model.entry import ContainerSpec
from tests.conftest import ROOT
from tests.unit.examples import container

MATE = container("mate", image="postgres:18", healthcheck=("pg_isready",))


class FakeCompose:
    """A compose file with these services; the engine has an image after its build or pull."""

    root = ROOT

    def __init__(
        self, *specs: ContainerSpec, there: bool = True, refused: TrialFailed | None = None
    ) -> None:
        self._specs = {spec.service: spec for spec in specs}
        self.there, self._refused = there, refused
        self.calls: list[str] = []

    def containers(self) -> dict[str, ContainerSpec]:
        return self._specs

    def build(self, service: str) -> None:
        self._call(f"build {service}")

    def pull(self, service: str) -> None:
        self._call(f"pull {service}")

    def _call(self, what: str) -> None:
        self.calls.append(what)
        if self._refused is not None:
            raise self._refused
        self.there = True


def images(compose: FakeCompose, **config: Any) -> DockerImages:
    """The images of an engine that knows the services' images by their names alone."""
    names = {spec.image for spec in compose.containers().values()}

    def get(name: str) -> Any:
        if name not in names or not compose.there:
            raise docker.errors.ImageNotFound("no such image")
        return SimpleNamespace(
            id=f"sha256:{name}", labels={}, attrs={"Size": 5, "Config": config or {"Volumes": None}}
        )

    fake: Any = compose
    client: Any = SimpleNamespace(images=SimpleNamespace(get=get))
    return DockerImages(fake, client)


def test_the_image_of_a_companion_without_a_build_is_used_as_it_is() -> None:
    compose = FakeCompose(MATE)
    assert images(compose).build("mate").id == "sha256:postgres:18"
    assert compose.calls == []


def test_it_is_pulled_if_the_engine_does_not_have_it() -> None:
    compose = FakeCompose(MATE, there=False)
    assert images(compose).build("mate").size_bytes == 5
    assert compose.calls == ["pull mate"]


def test_an_image_that_cannot_be_pulled_is_a_failure_of_its_service() -> None:
    compose = FakeCompose(MATE, there=False, refused=TrialFailed("`docker compose pull mate`: no"))
    with pytest.raises(TrialFailed) as failure:
        images(compose).build("mate")
    assert failure.value.reason == (
        "mate: its image postgres:18 is not on this host and could not be pulled; load it "
        "(`docker load`), or give its block a build: `docker compose pull mate`: no"
    )


def test_only_a_companion_is_pulled() -> None:
    compose = FakeCompose(container("flask", build_context=""), there=False)
    with pytest.raises(TrialFailed) as failure:
        images(compose).build("flask")
    assert failure.value.reason == (
        "flask: its image weblab/flask:local is not on this host, and only a companion's is "
        "pulled; pull it, load it (`docker load`), or have it built"
    )
    assert compose.calls == []


def test_an_image_with_a_volume_on_the_hosts_disk_is_refused() -> None:
    compose = FakeCompose(replace(MATE, tmpfs=("/tmp:size=64m", "/var/lib:size=1g")))
    with pytest.raises(TrialFailed) as failure:
        images(compose, Volumes={"/var/lib/data": {}, "/logs/": {}}).build("mate")
    assert failure.value.reason == (
        "mate: its image postgres:18 has a volume at /logs/, /var/lib/data, which would take the "
        "host's disk without a limit; give its block tmpfs: "
        '["/tmp:size=64m", "/var/lib:size=1g", "/logs/:size=256m", "/var/lib/data:size=256m"]'
    )


def test_a_volume_with_a_tmpfs_in_its_place_is_none() -> None:
    compose = FakeCompose(replace(MATE, tmpfs=("/tmp", "/var/lib/data:size=1g", "/logs")))
    assert images(compose, Volumes={"/var/lib/data": {}, "/logs/": {}}).build("mate")


def test_an_image_that_is_built_here_must_have_no_volume_either() -> None:
    compose = FakeCompose(
        container("flask", build_context=f"{ROOT}/services/flask", dockerfile="Dockerfile")
    )
    with pytest.raises(TrialFailed, match="flask: its image weblab/flask:local has a volume at /x"):
        images(compose, Volumes={"/x": {}}).build("flask")
