"""A page of escaped, sorted rows in Pyramid, by pyramid_jinja2."""

from pathlib import Path

TEMPLATE = Path(__file__).with_name("page.jinja2")


def rows(message):
    """Twelve rows and one more, sorted by message."""
    kept = [(id, f"Message {id:02} <em> & more") for id in (8, 3, 11, 5, 1, 9, 12, 2, 7, 4, 10, 6)]
    return sorted([*kept, (0, message)], key=lambda row: row[1])


def page(request):
    return {"rows": rows(request.GET["message"])}


def add(config):
    config.include("pyramid_jinja2")
    config.add_route("page", "/page", request_method="GET")
    config.add_view(page, route_name="page", renderer=str(TEMPLATE))
