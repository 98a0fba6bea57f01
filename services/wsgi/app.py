"""The benchmark contract as a WSGI function, without a framework (PEP 3333)."""

from wsgiref.simple_server import WSGIRequestHandler, make_server

import ujson


def document():
    return {
        "test": True,
        "date": "2019-03-11T00:00:00",
        "values": [1, 2, 3, 4, 5],
        "sub_attributes": {"attribute1": 1, "attribute2": "True"},
    }


def app(environ, start_response):
    status = "200 OK"
    if environ["PATH_INFO"] == "/json":
        content_type, body = "application/json", ujson.dumps(document()).encode()
    elif environ["PATH_INFO"] == "/text":
        content_type, body = "text/plain; charset=utf-8", b"Hello World"
    else:
        status, content_type, body = "404 Not Found", "text/plain; charset=utf-8", b"Not Found"
    start_response(status, [("Content-Type", content_type), ("Content-Length", str(len(body)))])
    return [body]


class QuietHandler(WSGIRequestHandler):
    def log_request(self, code="-", size="-"):
        """Write no access log."""


if __name__ == "__main__":
    make_server("0.0.0.0", 8000, app, handler_class=QuietHandler).serve_forever()
