"""The benchmark contract in Flask, served by the server behind app.run (Werkzeug)."""

import logging
import os
from importlib import import_module

import ujson
from flask import Flask, Response
from flask.json.provider import JSONProvider


class UjsonProvider(JSONProvider):
    def dumps(self, obj, **kwargs):
        return ujson.dumps(obj, **kwargs)

    def loads(self, s, **kwargs):
        return ujson.loads(s, **kwargs)


app = Flask(__name__)
app.json = UjsonProvider(app)


def document():
    return {
        "test": True,
        "date": "2019-03-11T00:00:00",
        "values": [1, 2, 3, 4, 5],
        "sub_attributes": {"attribute1": 1, "attribute2": "True"},
    }


@app.get("/json")
def json():
    return document()  # Flask gives a dict to app.json


@app.get("/text")
def text():
    return Response("Hello World", mimetype="text/plain")


# The workloads that are measured on request are loaded where they are measured.
for name in os.environ.get("WORKLOADS", "").split():
    import_module(f"work.{name}").add(app)

if __name__ == "__main__":
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # no access log
    app.run(host="0.0.0.0", port=8000)
