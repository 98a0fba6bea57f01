"""The benchmark contract in Falcon (WSGI), served by gunicorn."""

import os
from importlib import import_module

import falcon
import ujson
from falcon.media import JSONHandler


def document():
    return {
        "test": True,
        "date": "2019-03-11T00:00:00",
        "values": [1, 2, 3, 4, 5],
        "sub_attributes": {"attribute1": 1, "attribute2": "True"},
    }


class Json:
    def on_get(self, req, resp):
        resp.media = document()  # made into text by the media handler below


class Text:
    def on_get(self, req, resp):
        resp.content_type = falcon.MEDIA_TEXT
        resp.text = "Hello World"


handlers = {falcon.MEDIA_JSON: JSONHandler(dumps=ujson.dumps, loads=ujson.loads)}

app = falcon.App()
app.req_options.media_handlers.update(handlers)
app.resp_options.media_handlers.update(handlers)
app.add_route("/json", Json())
app.add_route("/text", Text())

# The workloads that are measured on request are loaded where they are measured.
for name in os.environ.get("WORKLOADS", "").split():
    import_module(f"work.{name}").add(app)
