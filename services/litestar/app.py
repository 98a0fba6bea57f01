"""The benchmark contract in Litestar, served by uvicorn."""

import os
from importlib import import_module
from typing import Any

import ujson
import uvicorn
from litestar import Litestar, MediaType, Response, get


class UjsonResponse(Response):
    def render(self, content, media_type, enc_hook=None):
        return ujson.dumps(content).encode()


def document():
    return {
        "test": True,
        "date": "2019-03-11T00:00:00",
        "values": [1, 2, 3, 4, 5],
        "sub_attributes": {"attribute1": 1, "attribute2": "True"},
    }


# Litestar refuses a handler that does not say what it returns.
@get("/json", response_class=UjsonResponse)
async def json() -> dict[str, Any]:
    return document()


@get("/text", media_type=MediaType.TEXT)
async def text() -> str:
    return "Hello World"


app = Litestar([json, text])
# The workloads that are measured on request are loaded where they are measured.
for name in os.environ.get("WORKLOADS", "").split():
    import_module(f"work.{name}").add(app)

if __name__ == "__main__":
    uvicorn.run(
        app,
        host="0.0.0.0",
        port=8000,
        access_log=False,
        timeout_graceful_shutdown=1,  # SIGTERM stops at once even if a client holds on
    )
