"""A page of escaped, sorted rows in Japronto, by Jinja: Japronto has no template engine."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader

templates = Environment(loader=FileSystemLoader(str(Path(__file__).parent)), autoescape=True)


def rows(message):
    """Twelve rows and one more, sorted by message."""
    kept = [(id, f"Message {id:02} <em> & more") for id in (8, 3, 11, 5, 1, 9, 12, 2, 7, 4, 10, 6)]
    return sorted([*kept, (0, message)], key=lambda row: row[1])


def page(request):
    # Japronto decodes a query before it splits it: request.query would end at the message's "&".
    message = request.query_string.partition("=")[2]
    text = templates.get_template("page.html").render(rows=rows(message))
    return request.Response(text=text, mime_type="text/html")


def add(app):
    app.router.add_route("/page", page, method="GET")
