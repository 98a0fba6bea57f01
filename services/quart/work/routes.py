"""200 routes in Quart; each answers with its number and with all that it got."""

from quart import request


def add(app):
    for number in range(200):
        app.add_url_rule(f"/routes/{number:03}/<int:id>/<name>", f"route {number}", route(number))


def route(number):
    async def view(id, name):
        asked = request.args
        return {
            "route": number,
            "id": id,
            "name": name,
            "page": asked.get("page", type=int),
            "ratio": asked.get("ratio", type=float),
            "exact": asked["exact"] == "true",
        }

    return view
