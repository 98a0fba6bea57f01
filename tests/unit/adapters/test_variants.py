"""What is built of a variant at a revision, and what is said when it cannot be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from orchestrator.adapters.compose import Compose
from orchestrator.adapters.docker_images import DockerImages
from orchestrator.adapters.variants import Variants, not_installed
from orchestrator.errors import NotInstallable, TrialFailed
from orchestrator.model.entry import ContainerSpec
from orchestrator.model.variant import Variant
from tests.unit.adapters.test_checkouts import git
from tests.unit.examples import container

WAY = Variant(service="flask-gunicorn", revision="HEAD")


class FakeCompose:
    """The block of flask-gunicorn; it cannot be installed at any revision."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def containers(self) -> dict[str, ContainerSpec]:
        context = str(self.root / "services" / "flask")
        way = container("flask-gunicorn", build_context=context, dockerfile="Dockerfile")
        return {"flask-gunicorn": way}

    def build_settings(self, _service: str) -> dict[str, Any]:
        return {"args": {"WAY": "gunicorn"}}

    def build_as(self, *_: object) -> None:
        raise NotInstallable("no wheel of a 1.2", "the log")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of two commits: flask alone, then flask with the way gunicorn."""
    git(tmp_path, "init", "-q")
    folder = tmp_path / "services" / "flask"
    for name in ("Dockerfile", "gunicorn/serve.sh"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).touch()
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-qm", name)
    return tmp_path


def failure(root: Path, variant: Variant) -> TrialFailed:
    compose, images = cast("Compose", FakeCompose(root)), cast("DockerImages", None)
    with pytest.raises(TrialFailed) as failed:
        Variants(compose, images).build(variant)
    return failed.value


def test_a_revision_from_before_a_way_to_serve_is_not_built(checkout: Path) -> None:
    failed = failure(checkout, replace(WAY, revision="HEAD~1"))
    assert failed.reason == (
        "flask-gunicorn: revision HEAD~1 has no folder services/flask/gunicorn"
    )


def test_a_lock_that_cannot_be_installed_is_told_with_its_revision(checkout: Path) -> None:
    failed = failure(checkout, WAY)
    assert isinstance(failed, NotInstallable)
    assert failed.reason == "flask-gunicorn at revision HEAD: no wheel of a 1.2"
    assert failed.log_tail == "the log"


PINS, VALGRIND = {"pins": ("flask==3.0.3",)}, {"valgrind": True}
WHEELS, MIRROR, FIT = "as a wheel", "Debian mirror", "fit together"


@pytest.mark.parametrize(
    ("wanted", "said", "unsaid"),
    [
        (PINS, ("flask: flask==3.0.3 could not", WHEELS, FIT), (MIRROR,)),
        (VALGRIND, ("flask: valgrind could not", MIRROR), (WHEELS, FIT)),
        ({"path": "blinker"}, ("flask: blinker could not", FIT), (WHEELS, MIRROR)),
        (PINS | VALGRIND, ("flask: flask==3.0.3, valgrind could not", WHEELS, FIT, MIRROR), ()),
    ],
)
def test_the_advice_is_about_what_was_to_be_installed(
    wanted: dict[str, object], said: tuple[str, ...], unsaid: tuple[str, ...]
) -> None:
    text = not_installed(Variant(service="flask", **wanted))  # type: ignore[arg-type]
    assert [word for word in said if word not in text] == []
    assert [word for word in unsaid if word in text] == []
