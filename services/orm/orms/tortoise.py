"""Tortoise ORM.

It is asynchronous: the worker has one event loop, and runs it for each request.
"""

import asyncio
import atexit
from contextvars import copy_context

from tortoise import Model, Tortoise, fields

from orms import shown

DATABASE = {
    "engine": "tortoise.backends.psycopg",
    "credentials": {
        "host": "postgres",
        "port": 5432,
        "user": "lab",
        "password": "",
        "database": "postgres",
        "minsize": 1,
        "maxsize": 1,
    },
}


class Row(Model):
    id = fields.IntField(primary_key=True)
    number = fields.IntField()
    name = fields.TextField()

    class Meta:
        table = "rows"


class Stock(Model):
    id = fields.IntField(primary_key=True)
    number = fields.IntField()
    name = fields.TextField()

    class Meta:
        table = "stock"


class Note(Model):
    id = fields.IntField(primary_key=True)
    number = fields.IntField()
    name = fields.TextField()

    class Meta:
        table = "notes"


class Author(Model):
    id = fields.IntField(primary_key=True)
    name = fields.TextField()

    class Meta:
        table = "authors"


class Book(Model):
    id = fields.IntField(primary_key=True)
    title = fields.TextField()
    author = fields.ForeignKeyField("orms.Author")

    class Meta:
        table = "books"


loop = asyncio.new_event_loop()
context = copy_context()
"""In which all of it runs: Tortoise keeps its connections in a variable of the context."""


def done(work):
    """Run the loop until this is done."""
    return loop.run_until_complete(loop.create_task(work, context=context))


done(
    Tortoise.init(
        {"connections": {"default": DATABASE}, "apps": {"orms": {"models": [__name__]}}},
    )
)
atexit.register(lambda: done(Tortoise.close_connections()))


def one(id):
    return done(_one(id))


def several(first, count):
    return done(_several(first, count))


def insert(number, name):
    return done(_insert(number, name))


def update(id, number):
    return done(_update(id, number))


def books(first):
    return done(_books(first))


async def _one(id):
    return shown.row(await Row.get(id=id))


async def _several(first, count):
    found = await Row.filter(id__gte=first).order_by("id").limit(count)
    return [shown.row(row) for row in found]


async def _insert(number, name):
    return shown.row(await Note.create(number=number, name=name))


async def _update(id, number):
    stock = await Stock.get(id=id)
    stock.number = number
    await stock.save()
    return shown.row(stock)


async def _books(first):
    found = Book.filter(id__gte=first).order_by("id").limit(shown.BOOKS)
    return [shown.book(book) for book in await found.select_related("author")]
