"""A page of escaped, sorted rows in Tornado, by its own template engine."""

from pathlib import Path

from tornado.web import RequestHandler


def rows(message):
    """Twelve rows and one more, sorted by message."""
    kept = [(id, f"Message {id:02} <em> & more") for id in (8, 3, 11, 5, 1, 9, 12, 2, 7, 4, 10, 6)]
    return sorted([*kept, (0, message)], key=lambda row: row[1])


class Page(RequestHandler):
    def get(self):
        self.render("page.html", rows=rows(self.get_query_argument("message")))


def add(app):
    app.settings["template_path"] = str(Path(__file__).parent)
    app.add_handlers(".*", [("/page", Page)])
