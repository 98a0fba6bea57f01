"""200 routes in Django Ninja; each answers with its number and with all that it got."""


def add(api):
    for number in range(200):
        path = f"/routes/{number:03}/{{int:id}}/{{name}}"
        api.get(path, url_name=f"route {number}", operation_id=f"route_{number}")(route(number))


def route(number):
    async def view(request, id: int, name: str, page: int, ratio: float, exact: bool):
        return {
            "route": number,
            "id": id,
            "name": name,
            "page": page,
            "ratio": ratio,
            "exact": exact,
        }

    return view
