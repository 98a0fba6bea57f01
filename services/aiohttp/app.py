"""The benchmark contract in aiohttp, served by aiohttp's own server."""

import os
from importlib import import_module

import ujson
from aiohttp import web


def document():
    return {
        "test": True,
        "date": "2019-03-11T00:00:00",
        "values": [1, 2, 3, 4, 5],
        "sub_attributes": {"attribute1": 1, "attribute2": "True"},
    }


async def json(request):
    return web.json_response(document(), dumps=ujson.dumps)


async def text(request):
    return web.Response(text="Hello World")


app = web.Application()
app.add_routes([web.get("/json", json), web.get("/text", text)])
# The workloads that are measured on request are loaded where they are measured.
for name in os.environ.get("WORKLOADS", "").split():
    import_module(f"work.{name}").add(app)

if __name__ == "__main__":
    web.run_app(
        app,
        host="0.0.0.0",
        port=8000,
        access_log=None,
        print=None,
        shutdown_timeout=0.1,  # SIGTERM stops at once; 0 would wait for ever
    )
