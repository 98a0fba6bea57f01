"""The benchmark contract in NAME. (To start with: the standard library's server and ujson.)"""

from wsgiref.simple_server import WSGIRequestHandler, make_server

import ujson


def document():
    # Built anew for every request, as the contract asks.
    return {
        "test": True,
        "date": "2019-03-11T00:00:00",
        "values": [1, 2, 3, 4, 5],
        "sub_attributes": {"attribute1": 1, "attribute2": "True"},
    }


# Replace all that follows by NAME: its routes, its JSON hook with ujson.dumps, the server that
# its documentation starts with, port 8000 on all interfaces, no access log, no debug mode.


def json():
    return "application/json", ujson.dumps(document())


def text():
    return "text/plain; charset=utf-8", "Hello World"


def not_found():
    return "text/plain; charset=utf-8", "Not Found"


ROUTES = {"/json": json, "/text": text}


def app(environ, start_response):
    view = ROUTES.get(environ["PATH_INFO"], not_found)
    content_type, content = view()
    body = content.encode()
    start_response(
        "404 Not Found" if view is not_found else "200 OK",
        [("Content-Type", content_type), ("Content-Length", str(len(body)))],
    )
    return [body]


class QuietHandler(WSGIRequestHandler):
    def log_request(self, code="-", size="-"):
        """Write no access log."""


if __name__ == "__main__":
    make_server("0.0.0.0", 8000, app, handler_class=QuietHandler).serve_forever()
