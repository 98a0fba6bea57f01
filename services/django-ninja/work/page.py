"""A page of escaped, sorted rows in Django Ninja, by Django's template engine."""

from pathlib import Path

from django.conf import settings
from django.shortcuts import render

ENGINE = "django.template.backends.django.DjangoTemplates"


def rows(message):
    """Twelve rows and one more, sorted by message."""
    kept = [(id, f"Message {id:02} <em> & more") for id in (8, 3, 11, 5, 1, 9, 12, 2, 7, 4, 10, 6)]
    return sorted([*kept, (0, message)], key=lambda row: row[1])


async def page(request, message: str):
    return render(request, "page.html", {"rows": rows(message)})


def add(api):
    settings.TEMPLATES = [{"BACKEND": ENGINE, "DIRS": [Path(__file__).parent]}]
    api.get("/page")(page)
