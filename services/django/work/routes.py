"""200 routes in Django; each answers with its number and with all that it got."""

import ujson
from django.http import HttpResponse
from django.urls import path


def add(urlpatterns):
    for number in range(200):
        urlpatterns.append(path(f"routes/{number:03}/<int:id>/<str:name>", route(number)))


def route(number):
    def view(request, id, name):
        asked = request.GET
        found = {
            "route": number,
            "id": id,
            "name": name,
            "page": int(asked["page"]),
            "ratio": float(asked["ratio"]),
            "exact": asked["exact"] == "true",
        }
        return HttpResponse(ujson.dumps(found), content_type="application/json")

    return view
