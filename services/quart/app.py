"""The benchmark contract in Quart, served by hypercorn (see Dockerfile)."""

import os
from importlib import import_module

import ujson
from quart import Quart, Response
from quart.json.provider import JSONProvider


class UjsonProvider(JSONProvider):
    def dumps(self, obj, **kwargs):
        return ujson.dumps(obj, **kwargs)

    def loads(self, s, **kwargs):
        return ujson.loads(s, **kwargs)


app = Quart(__name__)
app.json = UjsonProvider(app)


def document():
    return {
        "test": True,
        "date": "2019-03-11T00:00:00",
        "values": [1, 2, 3, 4, 5],
        "sub_attributes": {"attribute1": 1, "attribute2": "True"},
    }


@app.get("/json")
async def json():
    return document()  # Quart gives a dict to app.json


@app.get("/text")
async def text():
    return Response("Hello World", mimetype="text/plain")


# The workloads that are measured on request are loaded where they are measured.
for name in os.environ.get("WORKLOADS", "").split():
    import_module(f"work.{name}").add(app)
