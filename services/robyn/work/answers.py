"""JSON by ujson, as in app.py, which cannot be imported where it is the program."""

import ujson
from robyn import Headers, Response


def answered(found, status=200):
    return Response(
        status_code=status,
        headers=Headers({"Content-Type": "application/json"}),
        description=ujson.dumps(found),
    )
