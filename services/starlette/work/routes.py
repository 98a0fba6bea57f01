"""200 routes in Starlette; each answers with its number and with all that it got."""

from starlette.routing import Route
from work.answers import UjsonResponse


def add(app):
    for number in range(200):
        app.routes.append(Route(f"/routes/{number:03}/{{id:int}}/{{name}}", route(number)))


def route(number):
    async def view(request):
        found, asked = request.path_params, request.query_params
        return UjsonResponse(
            {
                "route": number,
                "id": found["id"],
                "name": found["name"],
                "page": int(asked["page"]),
                "ratio": float(asked["ratio"]),
                "exact": asked["exact"] == "true",
            }
        )

    return view
