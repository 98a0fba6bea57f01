"""A side of a comparison: its text as a variant, or everything that is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.errors import UsageError
from orchestrator.model.variant import Variant
from orchestrator.sides import side, side_problems


def flask(**parts: Any) -> Variant:
    return Variant(service="flask", **parts)


@pytest.mark.parametrize(
    ("text", "variant"),
    [
        ("here", flask()),
        (" here ", flask()),
        ("flask==3.0.3", flask(pins=("flask==3.0.3",))),
        ("Zope.Interface==1!2.0.post1+x", flask(pins=("Zope.Interface==1!2.0.post1+x",))),
        ("flask==3.0.3 ,\n werkzeug==3.0.1", flask(pins=("flask==3.0.3", "werkzeug==3.0.1"))),
        ("path:../flask", flask(path="../flask")),
        ("path:dist/flask-3-py3-none-any.whl", flask(path="dist/flask-3-py3-none-any.whl")),
        ("rev:HEAD~1", flask(revision="HEAD~1")),
        ("rev:HEAD@{1 day ago}", flask(revision="HEAD@{1 day ago}")),
        ("python:3.12", flask(python="3.12")),
        ("python:3.13.0", flask(python="3.13.0")),
        ("python:3.14-rc", flask(python="3.14-rc")),
        ("service:bottle", Variant(service="bottle")),
        ("service:bottle,bottle==0.13.1", Variant(service="bottle", pins=("bottle==0.13.1",))),
        ("image:weblab/flask:local", flask(image="weblab/flask:local")),
        ("image:a@sha256:0f,env:A=1", flask(image="a@sha256:0f", environment=(("A", "1"),))),
        ("env:A=b=c==d", flask(environment=(("A", "b=c==d"),))),
        ("env:A=,env:a=1", flask(environment=(("A", ""), ("a", "1")))),
        (
            "rev:v1,python:3.12,path:x,flask==3,env:A=1",
            flask(
                revision="v1", python="3.12", path="x", pins=("flask==3",),
                environment=(("A", "1"),),
            ),
        ),
    ],
)  # fmt: skip
def test_a_side_is_a_variant(text: str, variant: Variant) -> None:
    assert side(text, "flask") == variant


KINDS = "NAME==VERSION, path:, rev:, python:, service:, image:, env: or `here`"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "an empty side; `here` means the service as it is in the checkout"),
        ("  ", "an empty side"),
        ("flask==3,", "'': an empty part; take one comma out"),
        ("here,flask==3", "'here': it stands alone; leave it out"),
        ("flask", f"'flask': not a part of a side; a part is {KINDS}"),
        ("HEAD~1", "'HEAD~1': a comparison needs one exact version"),
        (".", "'.': not a part of a side"),
        ("branch:main", f"'branch:main': there is no kind 'branch'; a part is {KINDS}"),
        ("Path:x", "'Path:x': not a part of a side"),
        ("flask>=3", "'flask>=3': a comparison needs one exact version: NAME==VERSION"),
        ("flask=3", "'flask=3': a comparison needs one exact version"),
        ("flask~=3.0", "'flask~=3.0': a comparison needs one exact version"),
        ("flask===3", "'flask===3': '=3' is not one exact version, such as 3.0.3"),
        ("flask==3.*", "'flask==3.*': '3.*' is not one exact version"),
        ("flask==", "'flask==': '' is not one exact version"),
        ("==3", "'==3': '' is not the name of a distribution"),
        ("-r==3", "'-r==3': '-r' is not the name of a distribution"),
        ("flask ==3", "'flask ==3': 'flask ' is not the name of a distribution"),
        ("flask==3 --pre", "'3 --pre' is not one exact version"),
        ("flask==3; x", "'3; x' is not one exact version"),
        ("uvicorn[standard]==0.30", "give the name without extras"),
        ("path:", "'path:': it has no value"),
        ("path: ", "'path:': it has no value"),
        ("path:a\nb", r"'path:a\nb': a path is one line of readable text"),
        ("rev:", "'rev:': it has no value"),
        ("rev:--output=x", "a revision is a commit, a branch or a tag, such as HEAD~1"),
        ("python:", "'python:': it has no value"),
        ("python:3", "'python:3': a version of Python is 3.N, 3.N.P or another tag"),
        ("python:2.7", "a version of Python is 3.N, 3.N.P or another tag"),
        ("python:3.013", "a version of Python is 3.N, 3.N.P or another tag"),
        ("python:3.12-", "a version of Python is 3.N, 3.N.P or another tag"),
        ("service:", "'service:': it has no value"),
        ("service:Flask", "a service has a name that `lab list` shows"),
        ("image:", "'image:': it has no value"),
        ("image:-x", "'image:-x': it is not the name of an image"),
        ("image:a b", "'image:a b': it is not the name of an image"),
        ("env:", "'env:': it has no value"),
        ("env:A", "'env:A': a variable needs a value: env:KEY=VALUE"),
        ("env:=1", "'' is not the name of a variable: letters, digits and _"),
        ("env:1A=1", "'1A' is not the name of a variable"),
        ("env:A-B=1", "'A-B' is not the name of a variable"),
        ("env:A=a\x1bb", "a value is one line of readable text"),
        ("env:PYTHONHASHSEED=1", "PYTHONHASHSEED cannot be set: the lab sets it"),
        ("python:3.12,python:3.13", "'python:3.12,python:3.13': two parts python:; give one"),
        ("path:a,path:b", "two parts path:; give one"),
        ("rev:a,rev:b", "two parts rev:; give one"),
        ("service:a,service:b", "two parts service:; give one"),
        ("image:a,image:b", "two parts image:; give one"),
        ("Flask==3,flask==2", "two versions of flask; give one"),
        ("zope.x==3,zope_X==2", "two versions of zope-x; give one"),
        ("env:A=1,env:A=2", "two values of A; give one"),
        ("image:a,flask==3", "an image is used as it is: only env: can be joined to image:"),
        ("image:a,service:bottle", "only env: can be joined to image:"),
        ("rev:a,image:a", "only env: can be joined to image:"),
    ],
)
def test_a_wrong_side_is_refused_in_words(text: str, problem: str) -> None:
    with pytest.raises(UsageError) as refused:
        side(text, "flask")
    assert len(refused.value.problems) == 1
    assert problem in refused.value.problems[0]


def test_all_problems_are_reported_together() -> None:
    assert side_problems("here", "flask") == []
    with pytest.raises(UsageError) as refused:
        side("env:A,python:x,flask>3,path:a,path:b", "flask")
    assert [text.partition(": ")[0] for text in refused.value.problems] == [
        "'env:A'",
        "'python:x'",
        "'flask>3'",
        "'env:A,python:x,flask>3,path:a,path:b'",
    ]


def test_a_message_is_short_and_shows_no_control_characters() -> None:
    with pytest.raises(UsageError) as refused:
        side("x" * 5_000 + "\x1b[2J", "flask")
    assert len(refused.value.problems[0]) < 250
    assert "\x1b" not in str(refused.value)
