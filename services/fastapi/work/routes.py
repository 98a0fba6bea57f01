"""200 routes in FastAPI; each answers with its number and with all that it got."""


def add(app):
    for number in range(200):
        app.get(f"/routes/{number:03}/{{id}}/{{name}}")(route(number))


def route(number):
    async def view(id: int, name: str, page: int, ratio: float, exact: bool):
        return {
            "route": number,
            "id": id,
            "name": name,
            "page": page,
            "ratio": ratio,
            "exact": exact,
        }

    return view
