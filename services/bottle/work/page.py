"""A page of escaped, sorted rows in Bottle, by its own template engine."""

from pathlib import Path

from bottle import request, template

TEMPLATES = str(Path(__file__).parent)


def rows(message):
    """Twelve rows and one more, sorted by message."""
    kept = [(id, f"Message {id:02} <em> & more") for id in (8, 3, 11, 5, 1, 9, 12, 2, 7, 4, 10, 6)]
    return sorted([*kept, (0, message)], key=lambda row: row[1])


def page():
    # getunicode: Bottle keeps a query's values as they came, and decodes them only here.
    found = rows(request.query.getunicode("message"))
    return template("page", rows=found, template_lookup=[TEMPLATES])


def add(app):
    app.get("/page", callback=page)
