"""The benchmark contract in Robyn, served by Robyn's own server."""

import os
import signal
from importlib import import_module

import ujson
from robyn import Headers, Request, Response, Robyn

app = Robyn(__file__)


def document():
    return {
        "test": True,
        "date": "2019-03-11T00:00:00",
        "values": [1, 2, 3, 4, 5],
        "sub_attributes": {"attribute1": 1, "attribute2": "True"},
    }


# Robyn turns a dict into JSON with orjson, and has no place for another library. No route is
# const: such a route is answered from Rust, and its function is not called.
@app.get("/json")
def json(request: Request):
    return Response(
        status_code=200,
        headers=Headers({"Content-Type": "application/json"}),
        description=ujson.dumps(document()),
    )


@app.get("/text")
def text(request: Request):
    return "Hello World"


# The workloads that are measured on request are loaded where they are measured.
for name in os.environ.get("WORKLOADS", "").split():
    import_module(f"work.{name}").add(app)

if __name__ == "__main__":
    # SIGTERM ends the process at once, as Ctrl+C does. Without this it only ends the listening.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app.start(host="0.0.0.0", port=8000)
