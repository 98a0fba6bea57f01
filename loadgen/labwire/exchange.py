"""A request, and what makes its answer right."""

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
        """The bytes to send.

        `host`: the value of the Host header, such as 127.0.0.1:8000, unless the workload has one.
        """
        headers = [*self.sent_headers]
        if not any(name.lower() == "host" for name, _ in headers):
            headers.insert(0, ("Host", host))
        if self.says_length:
            headers.append(("Content-Length", str(len(self.body))))
        lines = [f"{self} HTTP/1.1", *(f"{name}: {value}" for name, value in headers), "", ""]
        return "\r\n".join(lines).encode("ascii") + self.body


class JudgedBy(StrEnum):
    """How the body of an answer is judged."""

    BYTES = "bytes"
    JSON = "json"
    PATTERN = "pattern"
    DIGEST = "digest"
    STATUS = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class RightAnswer:
    """What makes an answer right.

    `also`: other statuses that are as right as `status`. `content_type`: how the Content-Type
    header begins, in lower case; empty: any. `body`: what the body is compared with, by
    `judged_by`: all of its bytes; a JSON document of equal value; a regular expression that matches
    all of it; its SHA-256 in hexadecimal, beside its `size` in bytes; with the status alone
    nothing.
    """

    status: int
    content_type: bytes
    body: bytes
    judged_by: JudgedBy = JudgedBy.BYTES
    also: tuple[int, ...] = ()
    size: int | None = None

    def has_status(self, status: int) -> bool:
        """Whether this status is right."""
        return status == self.status or status in self.also

    @property
    def statuses(self) -> str:
        """The right statuses in words."""
        return " or ".join(map(str, (self.status, *self.also)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and the right answer to it; `kind`: what messages call all requests like it."""

    kind: str
    request: Request
    right: RightAnswer
