"""200 routes in Litestar; each answers with its number and with all that it got."""

from typing import Any

from litestar import get
from work.answers import UjsonResponse


def add(app):
    for number in range(200):
        app.register(route(number))


def route(number):
    @get(
        f"/routes/{number:03}/{{id:int}}/{{name:str}}",
        name=f"route {number}",
        response_class=UjsonResponse,
    )
    async def handler(id: int, name: str, page: int, ratio: float, exact: bool) -> dict[str, Any]:
        return {
            "route": number,
            "id": id,
            "name": name,
            "page": page,
            "ratio": ratio,
            "exact": exact,
        }

    return handler
