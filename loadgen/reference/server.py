"""The reference of `lab cost`: a server of the standard library alone, which computes no answer.

It parses each request as Python's own `http.server` does, looks the request line up, and writes a
ready-made answer. So it spends its time as services do, mostly in the interpreter, and varies from
launch to launch as they do. A server that only compares bytes spends most of it in the kernel; its
cost varied more than twice as much, and with it every ratio.

The answers come from the environment: each variable that begins with ANSWER_ has one as JSON, with
`request` ("GET /json"), `status`, `content_type`, and `body` in Base64.
"""

import asyncio
import base64
import json
import os
import signal
from http import HTTPStatus
from http.client import parse_headers
from io import BytesIO

PORT = 8000
WITHOUT_LENGTH = (204, 304)
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


def answers(environment: dict[str, str]) -> dict[bytes, bytes]:
    """Request line -> the whole response."""
    found = {}
    for name, text in environment.items():
        if name.startswith("ANSWER_"):
            told = json.loads(text)
            body, status = base64.b64decode(told["body"]), told["status"]
            head = (
                f"HTTP/1.1 {status} {_phrase(status)}\r\nContent-Type: {told['content_type']}\r\n"
            )
            if status not in WITHOUT_LENGTH:
                head += f"Content-Length: {len(body)}\r\n"
            found[f"{told['request']} HTTP/1.1".encode()] = f"{head}\r\n".encode() + body
    return found


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unknown"


class Reference(asyncio.Protocol):
    """One connection, which stays open."""

    def __init__(self, ready: dict[bytes, bytes]) -> None:
        self._ready = ready
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection's end for the answers."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete now."""
        self._rest += data
        while (end := self._rest.find(b"\r\n\r\n")) >= 0:
            line, _, fields = self._rest[: end + 4].partition(b"\r\n")
            headers = parse_headers(BytesIO(fields))
            whole = end + 4 + int(headers.get("Content-Length", 0))
            if len(self._rest) < whole:
                return
            self._rest = self._rest[whole:]
            self._transport.write(self._ready.get(line, NOT_FOUND))


async def main() -> None:
    """Serve until SIGTERM."""
    loop, ready = asyncio.get_running_loop(), answers(dict(os.environ))
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    await loop.create_server(lambda: Reference(ready), "0.0.0.0", PORT)
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(main())
