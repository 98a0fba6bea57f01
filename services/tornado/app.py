"""The benchmark contract in Tornado, served by Tornado's own server."""

import asyncio
import os
from importlib import import_module

import ujson
from tornado.web import Application, RequestHandler


def document():
    return {
        "test": True,
        "date": "2019-03-11T00:00:00",
        "values": [1, 2, 3, 4, 5],
        "sub_attributes": {"attribute1": 1, "attribute2": "True"},
    }


# write(dict) would use the standard library's json, so the text is made here.
class Json(RequestHandler):
    def get(self):
        self.set_header("Content-Type", "application/json; charset=UTF-8")
        self.finish(ujson.dumps(document()))


class Text(RequestHandler):
    def get(self):
        self.set_header("Content-Type", "text/plain; charset=UTF-8")
        self.finish("Hello World")


async def main():
    app = Application(
        [("/json", Json), ("/text", Text)],
        log_function=lambda handler: None,  # no access log
    )
    # The workloads that are measured on request are loaded where they are measured.
    for name in os.environ.get("WORKLOADS", "").split():
        import_module(f"work.{name}").add(app)
    app.listen(8000, address="0.0.0.0")
    await asyncio.Event().wait()  # until SIGTERM, which ends the process at once


if __name__ == "__main__":
    asyncio.run(main())
