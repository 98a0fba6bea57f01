"""A page of escaped, sorted rows in aiohttp, by aiohttp-jinja2."""

from pathlib import Path

import aiohttp_jinja2
import jinja2


def rows(message):
    """Twelve rows and one more, sorted by message."""
    kept = [(id, f"Message {id:02} <em> & more") for id in (8, 3, 11, 5, 1, 9, 12, 2, 7, 4, 10, 6)]
    return sorted([*kept, (0, message)], key=lambda row: row[1])


@aiohttp_jinja2.template("page.html")
async def page(request):
    return {"rows": rows(request.query["message"])}


def add(app):
    aiohttp_jinja2.setup(app, loader=jinja2.FileSystemLoader(Path(__file__).parent))
    app.router.add_get("/page", page)
