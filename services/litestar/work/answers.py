"""JSON by ujson, as in app.py, which cannot be imported where it is the program."""

import ujson
from litestar import Response


class UjsonResponse(Response):
    def render(self, content, media_type, enc_hook=None):
        return ujson.dumps(content).encode()
