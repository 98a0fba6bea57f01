"""The benchmark contract as a WSGI function (PEP 3333), and rows of PostgreSQL by one ORM.

The variable ORM names the ORM, a module of `orms`. All of them have the same functions.
"""

import os
from importlib import import_module
from urllib.parse import parse_qs

import ujson

# The ORM is loaded where a workload is measured that needs it.
orm = import_module(f"orms.{os.environ['ORM']}") if os.environ.get("WORKLOADS") else None


def document():
    return {
        "test": True,
        "date": "2019-03-11T00:00:00",
        "values": [1, 2, 3, 4, 5],
        "sub_attributes": {"attribute1": 1, "attribute2": "True"},
    }


def number(environ, name):
    """A number of the query."""
    return int(parse_qs(environ["QUERY_STRING"])[name][0])


def sent(environ):
    """The JSON document that the request brings."""
    return ujson.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))


ROUTES = {
    "/json": lambda _: document(),
    "/orm/one": lambda environ: orm.one(number(environ, "id")),
    "/orm/twenty": lambda environ: orm.several(number(environ, "first"), 20),
    "/orm/thousand": lambda environ: orm.several(number(environ, "first"), 1000),
    "/orm/insert": lambda environ: orm.insert(**sent(environ)),
    "/orm/update": lambda environ: orm.update(**sent(environ)),
    "/orm/join": lambda environ: orm.books(number(environ, "first")),
}


def app(environ, start_response):
    status, route = "200 OK", ROUTES.get(environ["PATH_INFO"])
    if route is not None:
        content_type, body = "application/json", ujson.dumps(route(environ)).encode()
    elif environ["PATH_INFO"] == "/text":
        content_type, body = "text/plain; charset=utf-8", b"Hello World"
    else:
        status, content_type, body = "404 Not Found", "text/plain; charset=utf-8", b"Not Found"
    start_response(status, [("Content-Type", content_type), ("Content-Length", str(len(body)))])
    return [body]
