"""Django's ORM, without the rest of Django."""

import django
from django.conf import settings

from orms import shown

settings.configure(
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": "postgres",
            "USER": "lab",
            "NAME": "postgres",
        }
    }
)
django.setup()

from django.db import models  # noqa: E402 - it needs the settings


class Numbered(models.Model):
    number = models.IntegerField()
    name = models.TextField()

    class Meta:
        abstract = True


class Row(Numbered):
    id = models.IntegerField(primary_key=True)

    class Meta:
        app_label, db_table = "orms", "rows"


class Stock(Numbered):
    id = models.IntegerField(primary_key=True)

    class Meta:
        app_label, db_table = "orms", "stock"


class Note(Numbered):
    id = models.AutoField(primary_key=True)

    class Meta:
        app_label, db_table = "orms", "notes"


class Author(models.Model):
    id = models.IntegerField(primary_key=True)
    name = models.TextField()

    class Meta:
        app_label, db_table = "orms", "authors"


class Book(models.Model):
    id = models.IntegerField(primary_key=True)
    title = models.TextField()
    author = models.ForeignKey(Author, on_delete=models.CASCADE)

    class Meta:
        app_label, db_table = "orms", "books"


def one(id):
    return shown.row(Row.objects.get(id=id))


def several(first, count):
    return [shown.row(row) for row in Row.objects.filter(id__gte=first).order_by("id")[:count]]


def insert(number, name):
    return shown.row(Note.objects.create(number=number, name=name))


def update(id, number):
    stock = Stock.objects.get(id=id)
    stock.number = number
    stock.save()
    return shown.row(stock)


def books(first):
    found = Book.objects.select_related("author").filter(id__gte=first).order_by("id")
    return [shown.book(book) for book in found[: shown.BOOKS]]
