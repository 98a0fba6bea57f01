"""The benchmark contract in FastAPI; run as a program, served by uvicorn."""

import os
from importlib import import_module

import ujson
from fastapi import FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse


class UjsonResponse(JSONResponse):
    def render(self, content):
        return ujson.dumps(content).encode()


app = FastAPI(default_response_class=UjsonResponse)


def document():
    return {
        "test": True,
        "date": "2019-03-11T00:00:00",
        "values": [1, 2, 3, 4, 5],
        "sub_attributes": {"attribute1": 1, "attribute2": "True"},
    }


@app.get("/json")
async def json():
    return document()  # FastAPI gives what jsonable_encoder makes of it to UjsonResponse


@app.get("/text", response_class=PlainTextResponse)
async def text():
    return "Hello World"


# The workloads that are measured on request are loaded where they are measured.
for name in os.environ.get("WORKLOADS", "").split():
    import_module(f"work.{name}").add(app)

if __name__ == "__main__":
    import uvicorn  # the images of other ways to serve do not have it

    uvicorn.run(
        app,
        host="0.0.0.0",
        port=8000,
        access_log=False,
        timeout_graceful_shutdown=1,  # SIGTERM stops at once even if a client holds on
    )
