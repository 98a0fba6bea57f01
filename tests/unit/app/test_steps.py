"""What must have the same version in several locks: in those of a framework, and of a base."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from orchestrator.app.catalogue import catalogue
from orchestrator.app.steps import not_in_step
from orchestrator.files.lock_file import read_locks
from orchestrator.model.catalogue import Catalogue
from orchestrator.model.lock import Locks, Pin
from tests.conftest import ROOT

NEW = {"uvicorn": (Pin("99.0"),)}


@pytest.fixture(scope="module")
def known() -> Catalogue:
    return catalogue(ROOT)


def work(known: Catalogue) -> Locks:
    """The locks of the workloads on request."""
    folders = {one.framework: f"{one.framework}/work" for one in known.manifests.values()}
    return read_locks(ROOT / "services", folders)


def locks(known: Catalogue, raised: Mapping[str, Mapping[str, tuple[Pin, ...]]]) -> Locks:
    """The locks of the checkout, with other pins in some of them."""
    folders = {name: one.folder for name, one in known.manifests.items()}
    there = read_locks(ROOT / "services", folders)
    return {name: {**pins, **raised.get(name, {})} for name, pins in there.items()}


def test_the_locks_of_the_checkout_are_in_step(known: Catalogue) -> None:
    assert not_in_step(known, locks(known, {}), work(known), tuple(known.manifests)) == ()


def test_a_service_raised_without_its_base_is_told(known: Catalogue) -> None:
    with_new = locks(known, {"fastapi": NEW})
    old = with_new["asgi"]["uvicorn"][0].version
    (said,) = not_in_step(known, with_new, {}, ("fastapi", "fastapi-granian"))
    assert said == f"with the base asgi, uvicorn: {old} in asgi, 99.0 in fastapi"


def test_a_base_raised_without_the_services_on_it_is_told(known: Catalogue) -> None:
    (said,) = not_in_step(known, locks(known, {"asgi": NEW}), {}, ("asgi", "asgi-granian"))
    assert said.startswith("with the base asgi, uvicorn: 99.0 in asgi, ")
    for name in ("fastapi", "starlette", "falcon-asgi", "django-uvicorn"):
        assert f" in {name}" in said


def test_raised_together_they_are_in_step(known: Catalogue) -> None:
    everywhere = {name: NEW for name, pins in locks(known, {}).items() if "uvicorn" in pins}
    assert not_in_step(known, locks(known, everywhere), {}, tuple(known.manifests)) == ()


def test_what_has_no_base_among_the_raised_is_not_looked_at(known: Catalogue) -> None:
    assert not_in_step(known, locks(known, {"fastapi": NEW}), {}, ("japronto", "_template")) == ()


def test_workloads_on_request_that_would_replace_a_package_of_a_way_are_told(
    known: Catalogue,
) -> None:
    (pin,) = locks(known, {})["flask-granian"]["click"]
    asked = {"flask": {"click": (Pin("99.0"),), "psycopg": (Pin("3.3.9"),)}}
    said = not_in_step(known, locks(known, {}), asked, ("flask-granian", "django"))
    assert said == (f"click: {pin.version} in flask-granian, 99.0 in its workloads on request",)
