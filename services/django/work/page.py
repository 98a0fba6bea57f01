"""A page of escaped, sorted rows in Django, by its own template engine."""

from pathlib import Path

from django.conf import settings
from django.shortcuts import render
from django.urls import path

ENGINE = "django.template.backends.django.DjangoTemplates"


def rows(message):
    """Twelve rows and one more, sorted by message."""
    kept = [(id, f"Message {id:02} <em> & more") for id in (8, 3, 11, 5, 1, 9, 12, 2, 7, 4, 10, 6)]
    return sorted([*kept, (0, message)], key=lambda row: row[1])


def page(request):
    return render(request, "page.html", {"rows": rows(request.GET["message"])})


def add(urlpatterns):
    settings.TEMPLATES = [{"BACKEND": ENGINE, "DIRS": [Path(__file__).parent]}]
    urlpatterns.append(path("page", page))
