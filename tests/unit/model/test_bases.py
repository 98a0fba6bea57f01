"""The base of a service is the function without a framework on the same server."""

from __future__ import annotations

from collections import Counter

from orchestrator.files.manifests import read_manifests
from orchestrator.model.bases import base_of
from orchestrator.model.entry import OWN_SERVER, Interface, Manifest, ServiceSet
from tests.conftest import ROOT
from tests.unit.examples import manifest


def base(name: str, server: str = "werkzeug", interface: Interface = Interface.WSGI) -> Manifest:
    return manifest(name, sets=(ServiceSet.BASE,), server=server, interface=interface)


KNOWN = (
    base("asgi-both", "both", Interface.ASGI),
    base("wsgi-both", "both"),
    base("wsgi-werkzeug"),
    manifest("flask"),
)


def test_the_base_has_the_same_server_and_the_same_interface() -> None:
    assert base_of(manifest("flask"), KNOWN) == "wsgi-werkzeug"
    assert base_of(manifest("falcon", server="both"), KNOWN) == "wsgi-both"
    of_asgi = manifest("starlette", server="both", interface=Interface.ASGI)
    assert base_of(of_asgi, KNOWN) == "asgi-both"


def test_a_base_is_its_own() -> None:
    assert base_of(KNOWN[1], KNOWN) == "wsgi-both"


def test_without_the_same_server_there_is_none() -> None:
    assert base_of(manifest("pyramid", server="wsgiref"), KNOWN) is None
    assert base_of(manifest("flask"), [manifest("flask"), manifest("bottle")]) is None


def test_a_server_of_a_frameworks_own_has_no_base() -> None:
    own = base("odd", OWN_SERVER, Interface.OWN)
    assert base_of(manifest("sanic", server=OWN_SERVER, interface=Interface.OWN), [own]) is None


def test_every_server_of_the_repository_has_one_base() -> None:
    """With another spelling of a server's name its framework tax would be missing."""
    known = read_manifests(ROOT / "services").values()
    served = Counter((one.server, one.interface) for one in known if ServiceSet.BASE in one.sets)
    assert set(served.values()) == {1}
    others = {one.id: base_of(one, known) for one in known if one.server != OWN_SERVER and one.sets}
    assert {name for name, its in others.items() if its is None} == set()
