"""200 routes in Bottle; each answers with its number and with all that it got."""

from bottle import request


def add(app):
    for number in range(200):
        app.get(f"/routes/{number:03}/<id:int>/<name>", callback=route(number))


def route(number):
    def view(id, name):
        asked = request.query
        return {
            "route": number,
            "id": id,
            "name": name,
            "page": asked.get("page", type=int),
            "ratio": asked.get("ratio", type=float),
            "exact": asked["exact"] == "true",
        }

    return view
