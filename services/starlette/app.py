"""The benchmark contract in Starlette; run as a program, served by uvicorn."""

import os
from importlib import import_module

import ujson
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route


class UjsonResponse(JSONResponse):
    def render(self, content):
        return ujson.dumps(content).encode()


def document():
    return {
        "test": True,
        "date": "2019-03-11T00:00:00",
        "values": [1, 2, 3, 4, 5],
        "sub_attributes": {"attribute1": 1, "attribute2": "True"},
    }


async def json(request):
    return UjsonResponse(document())


async def text(request):
    return PlainTextResponse("Hello World")


app = Starlette(routes=[Route("/json", json), Route("/text", text)])
# The workloads that are measured on request are loaded where they are measured.
for name in os.environ.get("WORKLOADS", "").split():
    import_module(f"work.{name}").add(app)

if __name__ == "__main__":
    import uvicorn  # the images of other ways to serve do not have it

    uvicorn.run(
        app,
        host="0.0.0.0",
        port=8000,
        access_log=False,
        timeout_graceful_shutdown=1,  # SIGTERM stops at once even if a client holds on
    )
