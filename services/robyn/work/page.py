"""A page of escaped, sorted rows in Robyn, by its Jinja templates, which escape when told."""

from pathlib import Path
from urllib.parse import unquote

from robyn import Request
from robyn.templating import JinjaTemplate

templates = JinjaTemplate(str(Path(__file__).parent))


def rows(message):
    """Twelve rows and one more, sorted by message."""
    kept = [(id, f"Message {id:02} <em> & more") for id in (8, 3, 11, 5, 1, 9, 12, 2, 7, 4, 10, 6)]
    return sorted([*kept, (0, message)], key=lambda row: row[1])


def page(request: Request):
    found = rows(unquote(request.query_params.get("message", "")))  # Robyn leaves it as it came
    return templates.render_template("page.html", rows=found)


def add(app):
    app.get("/page")(page)
