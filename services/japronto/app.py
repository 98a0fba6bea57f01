"""The benchmark contract in Japronto, served by Japronto's own server."""

import os
from importlib import import_module

import ujson
from japronto import Application


class PromptApplication(Application):
    async def drain(self):
        """Stop at once on SIGTERM: the original waits for open connections, up to 5 seconds."""


def document():
    return {
        "test": True,
        "date": "2019-03-11T00:00:00",
        "values": [1, 2, 3, 4, 5],
        "sub_attributes": {"attribute1": 1, "attribute2": "True"},
    }


# Response(json=...) is bound to the standard library's json, so the text is made here.
def json(request):
    return request.Response(text=ujson.dumps(document()), mime_type="application/json")


def text(request):
    return request.Response(text="Hello World")


app = PromptApplication()
app.router.add_route("/json", json, method="GET")
app.router.add_route("/text", text, method="GET")
# The workloads that are measured on request are loaded where they are measured.
for name in os.environ.get("WORKLOADS", "").split():
    import_module(f"work.{name}").add(app)

if __name__ == "__main__":
    app.run(host="0.0.0.0", port=8000)
