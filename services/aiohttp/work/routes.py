"""200 routes in aiohttp; each answers with its number and with all that it got."""

import ujson
from aiohttp import web


def add(app):
    for number in range(200):
        app.router.add_get(f"/routes/{number:03}/{{id:[0-9]+}}/{{name}}", route(number))


def route(number):
    async def handler(request):
        found, asked = request.match_info, request.query
        return web.json_response(
            {
                "route": number,
                "id": int(found["id"]),
                "name": found["name"],
                "page": int(asked["page"]),
                "ratio": float(asked["ratio"]),
                "exact": asked["exact"] == "true",
            },
            dumps=ujson.dumps,
        )

    return handler
