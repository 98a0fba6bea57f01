"""A page of escaped, sorted rows in FastAPI, by Jinja2Templates."""

from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

templates = Jinja2Templates(directory=Path(__file__).parent)


def rows(message):
    """Twelve rows and one more, sorted by message."""
    kept = [(id, f"Message {id:02} <em> & more") for id in (8, 3, 11, 5, 1, 9, 12, 2, 7, 4, 10, 6)]
    return sorted([*kept, (0, message)], key=lambda row: row[1])


async def page(request: Request, message: str):
    return templates.TemplateResponse(request, "page.html", {"rows": rows(message)})


def add(app):
    app.get("/page", response_class=HTMLResponse)(page)
