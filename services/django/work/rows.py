"""One row and twenty rows from PostgreSQL in Django, by its own connections and psycopg's pool."""

import ujson
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.urls import path

ONE = "SELECT id, number, name FROM rows WHERE id = %s"
TWENTY = "SELECT id, number, name FROM rows WHERE id >= %s ORDER BY id LIMIT 20"
DATABASE = {
    "ENGINE": "django.db.backends.postgresql",
    "HOST": "postgres",
    "USER": "lab",
    "NAME": "postgres",
    # As many connections as every other service may have.
    "OPTIONS": {"pool": {"min_size": 8, "max_size": 8}},
}


def selected(query, *values):
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def answer(found):
    return HttpResponse(ujson.dumps(found), content_type="application/json")


def one(request, id):
    return answer(selected(ONE, id)[0])


def twenty(request):
    return answer(selected(TWENTY, int(request.GET["first"])))


def add(urlpatterns):
    settings.DATABASES = {"default": DATABASE}
    urlpatterns += [path("rows/<int:id>", one), path("rows", twenty)]
