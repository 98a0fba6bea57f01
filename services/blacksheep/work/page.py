"""A page of escaped, sorted rows in BlackSheep, by its Jinja renderer."""

from pathlib import Path

from blacksheep.server.rendering.jinja2 import JinjaRenderer
from blacksheep.server.responses import view_async
from blacksheep.settings.html import html_settings
from jinja2 import FileSystemLoader


def rows(message):
    """Twelve rows and one more, sorted by message."""
    kept = [(id, f"Message {id:02} <em> & more") for id in (8, 3, 11, 5, 1, 9, 12, 2, 7, 4, 10, 6)]
    return sorted([*kept, (0, message)], key=lambda row: row[1])


async def page(message: str):
    return await view_async("page.jinja", {"rows": rows(message)})


def add(app):
    html_settings.use(
        JinjaRenderer(loader=FileSystemLoader(Path(__file__).parent), enable_async=True)
    )
    app.router.add_get("/page", page)
