"""200 routes in BlackSheep; each answers with its number and with all that it got."""

from blacksheep import json


def add(app):
    for number in range(200):
        app.router.add_get(f"/routes/{number:03}/{{int:id}}/{{name}}", route(number))


def route(number):
    async def handler(id: int, name: str, page: int, ratio: float, exact: bool):
        return json(
            {
                "route": number,
                "id": id,
                "name": name,
                "page": page,
                "ratio": ratio,
                "exact": exact,
            }
        )

    return handler
