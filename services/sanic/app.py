"""The benchmark contract in Sanic, served by Sanic's own server."""

import os
from importlib import import_module

import ujson
from sanic import Sanic, response

app = Sanic("benchmark", dumps=ujson.dumps)
app.config.GRACEFUL_SHUTDOWN_TIMEOUT = 0  # SIGTERM stops at once


def document():
    return {
        "test": True,
        "date": "2019-03-11T00:00:00",
        "values": [1, 2, 3, 4, 5],
        "sub_attributes": {"attribute1": 1, "attribute2": "True"},
    }


@app.get("/json")
async def json(request):
    return response.json(document())


@app.get("/text")
async def text(request):
    return response.text("Hello World")


# The workloads that are measured on request are loaded where they are measured.
for name in os.environ.get("WORKLOADS", "").split():
    import_module(f"work.{name}").add(app)

if __name__ == "__main__":
    # One process: by default Sanic starts a manager process beside the worker.
    app.run(host="0.0.0.0", port=8000, single_process=True, access_log=False, motd=False)
