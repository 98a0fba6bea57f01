"""A page of escaped, sorted rows in Falcon (WSGI), by Jinja: Falcon has no engine of its own."""

from pathlib import Path

import falcon
from jinja2 import Environment, FileSystemLoader

templates = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)


def rows(message):
    """Twelve rows and one more, sorted by message."""
    kept = [(id, f"Message {id:02} <em> & more") for id in (8, 3, 11, 5, 1, 9, 12, 2, 7, 4, 10, 6)]
    return sorted([*kept, (0, message)], key=lambda row: row[1])


class Page:
    def on_get(self, req, resp):
        resp.content_type = falcon.MEDIA_HTML
        found = rows(req.get_param("message"))
        resp.text = templates.get_template("page.html").render(rows=found)


def add(app):
    app.add_route("/page", Page())
