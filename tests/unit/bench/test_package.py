"""The framework's own distribution, as the probe reports it."""

from dataclasses import replace

import pytest

from orchestrator.bench.package import own_package, sized
from orchestrator.model.trial import Package
from tests.unit.examples import distribution, manifest, package, probe


def test_it_is_the_manifests_first_package_with_its_dependencies() -> None:
    assert own_package(manifest(), probe()) == Package(
        name="flask",
        version="3.1.0",
        requires_python=">=3.9",
        dependencies=2,  # ujson and one that the manifest does not name; pip does not count
        install_bytes=None,
    )


def test_its_name_may_have_another_spelling() -> None:
    found = replace(probe(), distributions={"my-framework": distribution("2")})
    own = own_package(manifest(packages=("My.Framework",)), found)
    assert own is not None
    assert (own.name, own.version, own.dependencies) == ("my-framework", "2", 0)


@pytest.mark.parametrize("packages", [(), ("tornado",)])
def test_there_is_none_if_nothing_is_named_or_installed(packages: tuple[str, ...]) -> None:
    assert own_package(manifest(packages=packages), probe()) is None


SIZES = {"flask": 500_000, "jinja2": 50_000, "pip": 8_000_000, "wheel": None}


def test_its_size_includes_its_dependencies() -> None:
    assert sized(package(install_bytes=None), SIZES) == package(install_bytes=550_000)


def test_with_one_unknown_size_the_sum_is_unknown() -> None:
    unknown = package(install_bytes=None)
    assert sized(unknown, {**SIZES, "jinja2": None}) == unknown
    assert sized(unknown, None) == unknown
    assert sized(None, SIZES) is None
