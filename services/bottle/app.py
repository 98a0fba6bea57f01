"""The benchmark contract in Bottle, served by its default server (wsgiref)."""

import os
from importlib import import_module

from bottle import Bottle, response

app = Bottle()


def document():
    return {
        "test": True,
        "date": "2019-03-11T00:00:00",
        "values": [1, 2, 3, 4, 5],
        "sub_attributes": {"attribute1": 1, "attribute2": "True"},
    }


# A dict that a handler returns becomes JSON in Bottle's own plugin, and that
# plugin takes ujson wherever ujson is installed.
@app.get("/json")
def json():
    return document()


@app.get("/text")
def text():
    response.content_type = "text/plain"
    return "Hello World"


# The workloads that are measured on request are loaded where they are measured.
for name in os.environ.get("WORKLOADS", "").split():
    import_module(f"work.{name}").add(app)

if __name__ == "__main__":
    app.run(host="0.0.0.0", port=8000, quiet=True)  # quiet: no access log
