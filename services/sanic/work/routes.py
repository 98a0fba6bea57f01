"""200 routes in Sanic; each answers with its number and with all that it got."""

from sanic import response


def add(app):
    for number in range(200):
        app.add_route(
            route(number),
            f"/routes/{number:03}/<id:int>/<name:str>",
            name=f"route_{number}",
            unquote=True,
        )


def route(number):
    async def handler(request, id, name):
        asked = request.args
        return response.json(
            {
                "route": number,
                "id": id,
                "name": name,
                "page": int(asked.get("page")),
                "ratio": float(asked.get("ratio")),
                "exact": asked.get("exact") == "true",
            }
        )

    return handler
