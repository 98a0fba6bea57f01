"""The tables of a contract as they are written, with what each key allows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Annotated, Any

from msgspec import Meta

from labwire.exchange import Method
from labwire.mix import DEALT
from labwire.values import HOLDS

REQUEST_BODY_LIMIT = 64 * 1024
"""Bytes. wrk gets the body as one argument. Linux allows at most 128 KiB for one, and no NUL."""
OURS = ("Content-Length", "Connection", "Transfer-Encoding", "Expect")
"""Headers that are the lab's: they say where a request ends and when it is sent."""
ITEMS_MOST = 1_000
CHOICES_MOST = 10_000
_PLACE = re.compile(r"\$\{[^{}]*\}")
_URL_PATH = re.compile(r"/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*")
_STATUSES = range(200, 600)


def _is_free(name: str) -> bool:
    return name.lower() not in {header.lower() for header in OURS}


def _each_once(headers: dict[str, Any]) -> bool:
    return len({name.lower() for name in headers}) == len(headers)


def _fits(body: str) -> bool:
    return len(body.encode(errors="surrogatepass")) <= REQUEST_BODY_LIMIT and "\0" not in body


def _is_path(text: str) -> bool:
    return _URL_PATH.fullmatch(_PLACE.sub("x", text)) is not None


def _are_statuses(given: int | list[int]) -> bool:
    statuses = [given] if isinstance(given, int) else given
    return 0 < len(statuses) == len(set(statuses)) and all(one in _STATUSES for one in statuses)


def _are_choices(given: dict[str, int] | list[int | str]) -> bool:
    if isinstance(given, dict):
        return given["first"] <= given["last"]
    return 0 < len(given) <= CHOICES_MOST


Id = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=63,
        pattern=r"^[a-z][a-z0-9-]*$(?!\n)",
        description="lower-case letters, digits and hyphens, a letter first",
    ),
]
UrlPath = Annotated[
    str,
    Meta(
        max_length=500,
        description="a path that begins with / and contains only URL characters",
        extra={HOLDS: _is_path},
    ),
]
Statuses = Annotated[
    int | tuple[int, ...],
    Meta(
        description="a status from 200 to 599, or a list of them",
        extra={HOLDS: _are_statuses},
    ),
]
ContentType = Annotated[
    str,
    Meta(
        pattern=r"^[!-~]([ -~]*[!-~])?$(?!\n)",
        max_length=100,
        description="the beginning of a Content-Type header, such as text/plain",
    ),
]
Text = Annotated[str, Meta(description="a text, which may be empty")]
MethodName = Annotated[Method, Meta(description=f"one of {', '.join(Method)}")]
HeaderName = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$(?!\n)",  # RFC 9110, 5.6.2
        max_length=100,
        description=f"the name of a header other than {', '.join(OURS)}, which are the lab's",
        extra={HOLDS: _is_free},
    ),
]
HeaderValue = Annotated[
    str,
    Meta(
        pattern=r"^([!-~]([ -~]*[!-~])?)?$(?!\n)",
        max_length=1_000,
        description="one line of at most 1,000 ASCII characters, without spaces around it",
    ),
]
Headers = Annotated[
    dict[HeaderName, HeaderValue],
    Meta(
        max_length=30,
        description="a table of at most 30 headers, each name once",
        extra={HOLDS: _each_once},
    ),
]
RequestBody = Annotated[
    str,
    Meta(
        description=f"a text of at most {REQUEST_BODY_LIMIT:,} bytes, without NUL",
        extra={HOLDS: _fits},
    ),
]
Sha256 = Annotated[
    str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)", description="64 hexadecimal digits in lower case")
]
Size = Annotated[int, Meta(ge=0, description="a number of bytes, 0 or more")]
Truth = Annotated[bool, Meta(description="true or false")]
Items = Annotated[
    int, Meta(ge=1, le=ITEMS_MOST, description=f"a whole number from 1 to {ITEMS_MOST:,}")
]
Dealt = Annotated[
    int,
    Meta(ge=1, le=DEALT, description=f"a whole number from 1 to {DEALT:,}"),
]
Only = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9][a-z0-9-]*$(?!\n)",
        max_length=63,
        description="the name of a set of services, such as orm",
    ),
]
Weight = Annotated[int, Meta(ge=1, le=100, description="a whole number from 1 to 100")]
About = Annotated[
    str,
    Meta(
        pattern=r"^[!-~]([ -~]*[!-~])?$(?!\n)",
        max_length=100,
        description="a few words, which messages call these requests",
    ),
]
ValueName = Annotated[
    str,
    Meta(
        pattern=r"^[a-z][a-z0-9_]*$(?!\n)",
        max_length=30,
        description="the name of a value: lower-case letters, digits and _, a letter first",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeTable:
    """``{ first = 1, last = 100 }``: a whole number between them."""

    first: int
    last: int


Drawn = Annotated[
    RangeTable | tuple[int | str, ...],
    Meta(
        description="a list of texts or whole numbers, or { first = 1, last = 100 }",
        extra={HOLDS: _are_choices},
    ),
]
Values = Annotated[
    dict[ValueName, Drawn],
    Meta(max_length=30, description="a table of at most 30 values"),
]
Needs = Annotated[
    tuple[Id, ...],
    Meta(max_length=10, description="a list of services of docker-compose.yml"),
]
Kinds = Annotated[
    tuple[dict[str, Any], ...],
    Meta(min_length=1, max_length=50, description="1 to 50 tables, each [[WORKLOAD.mix]]"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class KindTable:
    """One kind of request. Exactly one of the keys from ``body`` to ``any_body`` is there."""

    path: UrlPath
    status: Statuses
    content_type: ContentType | None = None
    body: Text | None = None
    json: Text | None = None
    pattern: Text | None = None
    sha256: Sha256 | None = None
    size: Size | None = None
    any_body: Truth = False
    items: Items | None = None
    method: MethodName = Method.GET
    headers: Headers = field(default_factory=dict)
    request_body: RequestBody | None = None
    request_json: RequestBody | None = None
    weight: Weight = 1
    about: About | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadTable(KindTable):
    """A workload of one kind of request."""

    workload: Id
    values: Values = field(default_factory=dict)
    dealt: Dealt | None = None
    needs: Needs = ()
    on_request: Truth = False
    only: Only | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MixTable:
    """A workload of several kinds of requests."""

    workload: Id
    mix: Kinds
    values: Values = field(default_factory=dict)
    dealt: Dealt | None = None
    needs: Needs = ()
    on_request: Truth = False
    only: Only | None = None
