"""The benchmark contract in Django Ninja, one file, served by uvicorn."""

import os
from importlib import import_module

import ujson
import uvicorn
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpResponse
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["*"],
    # CommonMiddleware sets Content-Length; without it uvicorn would send chunks.
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    ROOT_URLCONF=__name__,
)

# Only now: ninja reads the settings when it is imported.
from ninja import NinjaAPI  # noqa: E402
from ninja.renderers import BaseRenderer  # noqa: E402


class UjsonRenderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request, data, *, response_status):
        return ujson.dumps(data)


api = NinjaAPI(renderer=UjsonRenderer())


def document():
    return {
        "test": True,
        "date": "2019-03-11T00:00:00",
        "values": [1, 2, 3, 4, 5],
        "sub_attributes": {"attribute1": 1, "attribute2": "True"},
    }


@api.get("/json")
async def json(request):
    return document()


@api.get("/text")
async def text(request):
    return HttpResponse("Hello World", content_type="text/plain")


# The workloads that are measured on request are loaded where they are measured.
for name in os.environ.get("WORKLOADS", "").split():
    import_module(f"work.{name}").add(api)
urlpatterns = [path("", api.urls)]
application = get_asgi_application()

if __name__ == "__main__":
    uvicorn.run(
        application,
        host="0.0.0.0",
        port=8000,
        access_log=False,
        timeout_graceful_shutdown=1,  # SIGTERM stops at once even if a client holds on
    )
