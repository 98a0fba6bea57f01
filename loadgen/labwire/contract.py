"""`services/contract.toml` as types, for the host and the load generator alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from labwire import judgement
from labwire.expectation import Expectation, Method, Request, RightAnswer
from labwire.toml import FileError, read_toml, typed
from labwire.values import HOLDS

REQUEST_BODY_LIMIT = 64 * 1024
"""Bytes. wrk gets the body as one argument. Linux allows at most 128 KiB for one, and no NUL."""
OURS = ("Host", "Content-Length", "Connection", "Transfer-Encoding", "Expect")
"""Headers that are the lab's: they say where a request goes, where it ends and when it is sent."""


def _is_free(name: str) -> bool:
    return name.lower() not in {header.lower() for header in OURS}


def _each_once(headers: dict[str, Any]) -> bool:
    return len({name.lower() for name in headers}) == len(headers)


def _fits(body: str) -> bool:
    return len(body.encode(errors="surrogatepass")) <= REQUEST_BODY_LIMIT and "\0" not in body


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
        pattern=r"^/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*$(?!\n)",
        max_length=200,
        description="a path that begins with / and contains only URL characters",
    ),
]
Status = Annotated[int, Meta(ge=200, le=599, description="a status from 200 to 599")]
ContentType = Annotated[
    str,
    Meta(
        pattern=r"^[!-~]([ -~]*[!-~])?$(?!\n)",
        max_length=100,
        description="the beginning of a Content-Type header, such as text/plain",
    ),
]
Body = Annotated[str, Meta(description="a text, which may be empty")]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadTable:
    """One table of the file, as written."""

    workload: Id
    path: UrlPath
    status: Status
    content_type: ContentType
    body: Body
    method: MethodName = Method.GET
    headers: Headers = field(default_factory=dict)
    request_body: RequestBody = ""


def read_contract(path: Path) -> dict[str, Expectation]:
    """What every service must answer, by workload, in the file's order.

    Raises:
        FileError: the file is missing, or wrong; lists every problem.
    """
    tables = read_toml(path)
    if not tables:
        raise FileError(f"{path}: it has no workload; add a table such as [json]")
    found: dict[str, Expectation] = {}
    problems: list[str] = []
    for name, table in tables.items():
        try:
            found[name] = _expectation(name, path, table)
        except FileError as error:
            problems += error.problems
    if problems or (problems := _asked_twice(path, found)):
        raise FileError(problems)
    return found


def _expectation(name: str, path: Path, table: object) -> Expectation:
    told = typed(table, WorkloadTable, path, inside=name, workload=name)
    request = Request(
        method=told.method,
        path=told.path,
        headers=tuple(told.headers.items()),
        body=told.request_body.encode(),
    )
    right = RightAnswer(
        status=told.status,
        content_type=told.content_type.lower().encode("ascii"),
        body=told.body.encode(),
    )
    if words := [*_obstacles(request), *judgement.obstacles(right)]:
        raise FileError([f"{path}: [{name}]: {obstacle}" for obstacle in words])
    return Expectation(workload=name, request=request, right=right)


def _obstacles(request: Request) -> list[str]:
    """Why this request cannot be sent as written; empty if it can."""
    found = []
    if request.body and request.method is Method.GET:
        found.append(
            "a GET has no body (RFC 9110, 9.3.1): use another method, or remove request_body"
        )
    if request.body[:4] in {f"{method} ".encode()[:4] for method in Method}:
        found.append(
            f"request_body begins with {request.body[:4].decode()!r}, as a request does: the "
            "cross-check counts TCP segments that begin so (loadgen/crosscheck/requests.nft), and "
            "would count the body as a request of its own; let it begin with other bytes"
        )
    return found


def _asked_twice(path: Path, found: dict[str, Expectation]) -> list[str]:
    """Workloads with the same request; no answer could be right for both."""
    names: dict[Request, list[str]] = {}
    for name, expected in found.items():
        names.setdefault(expected.request, []).append(name)
    return [
        f"{path}: [{name}] has the same request as [{others[0]}] ({request}): give each workload "
        "a request of its own"
        for request, (*others, name) in names.items()
        if others
    ]
