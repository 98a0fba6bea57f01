"""The benchmark contract in Django, one file (see serve.sh for the server)."""

import os
from importlib import import_module

import ujson
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["*"],
    # CommonMiddleware sets Content-Length; without it servers would send chunks.
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    ROOT_URLCONF=__name__,
)


def document():
    return {
        "test": True,
        "date": "2019-03-11T00:00:00",
        "values": [1, 2, 3, 4, 5],
        "sub_attributes": {"attribute1": 1, "attribute2": "True"},
    }


# JsonResponse has no place for another library: it calls json.dumps itself.
def json(request):
    return HttpResponse(ujson.dumps(document()), content_type="application/json")


def text(request):
    return HttpResponse("Hello World", content_type="text/plain")


urlpatterns = [path("json", json), path("text", text)]
# The workloads that are measured on request are loaded where they are measured.
for name in os.environ.get("WORKLOADS", "").split():
    import_module(f"work.{name}").add(urlpatterns)
application = get_wsgi_application()


def __getattr__(name):
    # Made only where an ASGI server asks for it: the other ways to serve stay without its modules.
    if name == "asgi_application":
        from django.core.asgi import get_asgi_application

        return get_asgi_application()
    raise AttributeError(name)
