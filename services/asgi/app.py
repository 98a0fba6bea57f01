"""The benchmark contract as an ASGI function, without a framework (see serve.sh for the server)."""

import ujson


def document():
    return {
        "test": True,
        "date": "2019-03-11T00:00:00",
        "values": [1, 2, 3, 4, 5],
        "sub_attributes": {"attribute1": 1, "attribute2": "True"},
    }


async def app(scope, receive, send):
    if scope["type"] != "http":
        # How an application says that it wants no other events, such as the server's start.
        raise NotImplementedError(scope["type"])
    status = 200
    if scope["path"] == "/json":
        content_type, body = b"application/json", ujson.dumps(document()).encode()
    elif scope["path"] == "/text":
        content_type, body = b"text/plain; charset=utf-8", b"Hello World"
    else:
        status, content_type, body = 404, b"text/plain; charset=utf-8", b"Not Found"
    headers = [(b"content-type", content_type), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
