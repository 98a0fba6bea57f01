"""200 routes in Japronto; each answers with its number and with all that it got."""

from urllib.parse import unquote

import ujson


def add(app):
    for number in range(200):
        app.router.add_route(f"/routes/{number:03}/{{id}}/{{name}}", route(number), method="GET")


def route(number):
    def handler(request):
        found, asked = request.match_dict, request.query
        text = ujson.dumps(
            {
                "route": number,
                "id": int(found["id"]),
                "name": unquote(found["name"]),  # Japronto leaves it as it came
                "page": int(asked["page"]),
                "ratio": float(asked["ratio"]),
                "exact": asked["exact"] == "true",
            }
        )
        return request.Response(text=text, mime_type="application/json")

    return handler
