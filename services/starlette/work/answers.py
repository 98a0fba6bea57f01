"""JSON by ujson, as in app.py, which cannot be imported where it is the program."""

import ujson
from starlette.responses import JSONResponse


class UjsonResponse(JSONResponse):
    def render(self, content):
        return ujson.dumps(content).encode()
