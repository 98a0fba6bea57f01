"""A workload: the request that is sent, and the right answer to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

USER_AGENT = "weblab"


class Method(StrEnum):
    """The methods that a workload may have.

    HEAD is missing: its answer has a length but no body, which `ResponseReader` does not expect.
    `crosscheck/requests.nft` recognises each method by its first four bytes.
    """

    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"


WITH_CONTENT = frozenset((Method.POST, Method.PUT, Method.PATCH))
"""Methods whose requests have a Content-Length even without a body (RFC 9110, 8.6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP/1.1 request. `headers`: names and values, without those that the lab sets itself."""

    path: str
    method: Method = Method.GET
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def __str__(self) -> str:
        """Method and path, such as `GET /json`."""
        return f"{self.method} {self.path}"

    @property
    def says_length(self) -> bool:
        """Whether it has a Content-Length."""
        return bool(self.body) or self.method in WITH_CONTENT

    @property
    def sent_headers(self) -> tuple[tuple[str, str], ...]:
        """The headers with a User-Agent: the lab's, unless the workload has one."""
        if any(name.lower() == "user-agent" for name, _ in self.headers):
            return self.headers
        return (("User-Agent", USER_AGENT), *self.headers)

    def encoded(self, host: str) -> bytes:
        """The bytes to send; `host` is the value of the Host header, such as 127.0.0.1:8000."""
        headers = [("Host", host), *self.sent_headers]
        if self.says_length:
            headers.append(("Content-Length", str(len(self.body))))
        lines = [f"{self} HTTP/1.1", *(f"{name}: {value}" for name, value in headers), "", ""]
        return "\r\n".join(lines).encode("ascii") + self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class RightAnswer:
    """The only right answer, with every byte of its body.

    `content_type`: how the Content-Type header begins, in lower case.
    """

    status: int
    content_type: bytes
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One workload of the contract: its name, its request, and the right answer."""

    workload: str
    request: Request
    right: RightAnswer
