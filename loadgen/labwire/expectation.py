"""A workload: the request that is sent, and what is right in answer to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

USER_AGENT = "weblab"


class Method(StrEnum):
    """The methods that a workload may have.

    Not HEAD: its answer has a length and no body, which the reader of responses does not expect.
    `crosscheck/requests.nft` knows each of them by its first four bytes.
    """

    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"


WITH_CONTENT = frozenset((Method.POST, Method.PUT, Method.PATCH))
"""Methods that give a body a meaning, so that one without says its length, too (RFC 9110, 8.6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP/1.1 request. `headers`: name and value, besides those that the lab sets itself."""

    path: str
    method: Method = Method.GET
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def __str__(self) -> str:
        """`GET /json`: what people know it by."""
        return f"{self.method} {self.path}"

    @property
    def says_length(self) -> bool:
        """Whether it has a Content-Length."""
        return bool(self.body) or self.method in WITH_CONTENT

    def encoded(self, host: str) -> bytes:
        """Its bytes; `host` is the value of the Host header, such as 127.0.0.1:8000."""
        headers = [("Host", host)]
        if all(name.lower() != "user-agent" for name, _ in self.headers):
            headers.append(("User-Agent", USER_AGENT))
        headers += self.headers
        if self.says_length:
            headers.append(("Content-Length", str(len(self.body))))
        lines = [f"{self} HTTP/1.1", *(f"{name}: {value}" for name, value in headers), "", ""]
        return "\r\n".join(lines).encode("ascii") + self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class RightAnswer:
    """The one answer that is right, to the last byte of its body.

    `content_type`: how the Content-Type header begins, in lower case.
    """

    status: int
    content_type: bytes
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One workload of the contract: its name, what is asked for, and what is right."""

    workload: str
    request: Request
    right: RightAnswer
