"""A page of escaped, sorted rows in Quart, by its template engine (Jinja)."""

from pathlib import Path

from quart import render_template, request

TEMPLATES = Path(__file__).parent


def rows(message):
    """Twelve rows and one more, sorted by message."""
    kept = [(id, f"Message {id:02} <em> & more") for id in (8, 3, 11, 5, 1, 9, 12, 2, 7, 4, 10, 6)]
    return sorted([*kept, (0, message)], key=lambda row: row[1])


async def page():
    return await render_template("page.html", rows=rows(request.args["message"]))


def add(app):
    app.template_folder = str(TEMPLATES)
    app.add_url_rule("/page", view_func=page)
