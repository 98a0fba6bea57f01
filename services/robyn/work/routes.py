"""200 routes in Robyn; each answers with its number and with all that it got."""

from urllib.parse import unquote

from robyn import Request
from work.answers import answered


def add(app):
    for number in range(200):
        app.get(f"/routes/{number:03}/:id/:name")(route(number))


def route(number):
    def handler(request: Request):
        found, asked = request.path_params, request.query_params
        return answered(
            {
                "route": number,
                "id": int(found["id"]),
                "name": unquote(found["name"]),  # Robyn leaves it as it came
                "page": int(asked.get("page", "")),
                "ratio": float(asked.get("ratio", "")),
                "exact": asked.get("exact", "") == "true",
            }
        )

    return handler
