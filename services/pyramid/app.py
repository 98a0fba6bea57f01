"""The benchmark contract in Pyramid, served as in its first tutorial (wsgiref)."""

import os
from importlib import import_module
from wsgiref.simple_server import WSGIRequestHandler, make_server

import ujson
from pyramid.config import Configurator
from pyramid.renderers import JSON


def document():
    return {
        "test": True,
        "date": "2019-03-11T00:00:00",
        "values": [1, 2, 3, 4, 5],
        "sub_attributes": {"attribute1": 1, "attribute2": "True"},
    }


def json(request):
    return document()


def text(request):
    return "Hello World"


class QuietHandler(WSGIRequestHandler):
    def log_request(self, code="-", size="-"):
        """Write no access log."""


with Configurator() as config:
    config.add_renderer("json", JSON(serializer=ujson.dumps))
    config.add_route("json", "/json", request_method="GET")
    config.add_route("text", "/text", request_method="GET")
    config.add_view(json, route_name="json", renderer="json")
    config.add_view(text, route_name="text", renderer="string")
    # The workloads that are measured on request are loaded where they are measured.
    for name in os.environ.get("WORKLOADS", "").split():
        import_module(f"work.{name}").add(config)
    app = config.make_wsgi_app()

if __name__ == "__main__":
    make_server("0.0.0.0", 8000, app, handler_class=QuietHandler).serve_forever()
