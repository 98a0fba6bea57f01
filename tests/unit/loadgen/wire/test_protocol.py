"""What host and image say to each other does not change without another version."""

from dataclasses import fields
from hashlib import sha256
from typing import get_args

from labwire import histogram
from labwire.events import TYPES, LoadEvent, LoadStep, LocustOwn
from labwire.failure import FailureKind
from labwire.phase import LoadPhase, RampEnd
from labwire.protocol import VERSION
from labwire.settings import RampSettings
from labwire.slices import ANSWERS, COMMANDS, Served

SHAPES = {
    2: "d07f89c724fa89d4",
    3: "9cea90feed70d978",
    4: "7ae2fd8b03c8a675",
    5: "ef1083f3ee375f9b",
    6: "279b35cd868f4af0",
}
"""Version -> a digest of its shape. What stands here for an older one stays."""


def shape() -> str:
    """Every member of every type, as its file declares it; names and bounds that both sides use."""
    slices = {**COMMANDS, **ANSWERS}
    kinds = [*get_args(LoadEvent), LoadStep, LocustOwn, RampSettings, *slices.values(), Served]
    members = [f"{kind.__name__}.{one.name}: {one.type}" for kind in kinds for one in fields(kind)]
    names = [f"{name}: {kind.__name__}" for name, kind in {**TYPES, **slices}.items()]
    values = [repr(value) for enum in (LoadPhase, RampEnd, FailureKind) for value in enum]
    bounds = [f"{histogram.LOWEST_US} {histogram.HIGHEST_US} {histogram.DIGITS}"]
    return "\n".join(members + names + values + bounds)


def test_the_types_are_those_of_the_version() -> None:
    """Where this fails: raise the version, and add the digest of its shape."""
    assert sha256(shape().encode()).hexdigest()[:16] == SHAPES[VERSION]


def test_every_event_has_a_name() -> None:
    assert set(TYPES.values()) == set(get_args(LoadEvent))


def test_each_version_has_types_of_its_own() -> None:
    assert max(SHAPES) == VERSION
    assert len(set(SHAPES.values())) == len(SHAPES)
