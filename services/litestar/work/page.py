"""A page of escaped, sorted rows in Litestar, by its Jinja engine."""

from pathlib import Path

from litestar import get
from litestar.contrib.jinja import JinjaTemplateEngine
from litestar.response import Template


def rows(message):
    """Twelve rows and one more, sorted by message."""
    kept = [(id, f"Message {id:02} <em> & more") for id in (8, 3, 11, 5, 1, 9, 12, 2, 7, 4, 10, 6)]
    return sorted([*kept, (0, message)], key=lambda row: row[1])


@get("/page")
async def page(message: str) -> Template:
    return Template(template_name="page.html", context={"rows": rows(message)})


def add(app):
    app.template_engine = JinjaTemplateEngine(directory=Path(__file__).parent)
    app.register(page)
