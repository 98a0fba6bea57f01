"""A page of escaped, sorted rows in Sanic, by Sanic Extensions and Jinja."""

from pathlib import Path

from sanic_ext import render


def rows(message):
    """Twelve rows and one more, sorted by message."""
    kept = [(id, f"Message {id:02} <em> & more") for id in (8, 3, 11, 5, 1, 9, 12, 2, 7, 4, 10, 6)]
    return sorted([*kept, (0, message)], key=lambda row: row[1])


async def page(request):
    return await render("page.html", context={"rows": rows(request.args.get("message"))})


def add(app):
    app.config.TEMPLATING_PATH_TO_TEMPLATES = Path(__file__).parent
    app.add_route(page, "/page")
