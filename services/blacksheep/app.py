"""The benchmark contract in BlackSheep, served by uvicorn."""

import os
from importlib import import_module

import ujson
import uvicorn
from blacksheep import Application, get
from blacksheep import json as json_response
from blacksheep import text as text_response
from blacksheep.settings.json import json_settings

json_settings.use(loads=ujson.loads, dumps=ujson.dumps)
app = Application()


def document():
    return {
        "test": True,
        "date": "2019-03-11T00:00:00",
        "values": [1, 2, 3, 4, 5],
        "sub_attributes": {"attribute1": 1, "attribute2": "True"},
    }


@get("/json")
async def json():
    return json_response(document())


@get("/text")
async def text():
    return text_response("Hello World")


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
