"""What host and image say to each other does not change without another version."""

from dataclasses import fields
from hashlib import sha256
from typing import get_args

from labwire.events import LoadEvent, LoadStep, LocustOwn
from labwire.phase import LoadPhase, RampEnd
from labwire.protocol import VERSION
from labwire.settings import RampSettings

SHAPES = {2: "b26469deecca94bc"}
"""Version -> a digest of its types. What stands here for an older one stays."""


def shape() -> str:
    """Every member of every type, as its file declares it."""
    kinds = [*get_args(LoadEvent), LoadStep, LocustOwn, RampSettings]
    members = [f"{kind.__name__}.{one.name}: {one.type}" for kind in kinds for one in fields(kind)]
    values = [repr(value) for enum in (LoadPhase, RampEnd) for value in enum]
    return "\n".join(members + values)


def test_the_types_are_those_of_the_version() -> None:
    """Where this fails: raise the version, and add the digest of its types."""
    assert sha256(shape().encode()).hexdigest()[:16] == SHAPES[VERSION]


def test_each_version_has_types_of_its_own() -> None:
    assert max(SHAPES) == VERSION
    assert len(set(SHAPES.values())) == len(SHAPES)
