"""peewee."""

import peewee

from orms import shown

database = peewee.PostgresqlDatabase("postgres", host="postgres", user="lab", prefer_psycopg3=True)


class Model(peewee.Model):
    class Meta:
        database = database


class Row(Model):
    number = peewee.IntegerField()
    name = peewee.TextField()

    class Meta:
        table_name = "rows"


class Stock(Model):
    number = peewee.IntegerField()
    name = peewee.TextField()

    class Meta:
        table_name = "stock"


class Note(Model):
    number = peewee.IntegerField()
    name = peewee.TextField()

    class Meta:
        table_name = "notes"


class Author(Model):
    name = peewee.TextField()

    class Meta:
        table_name = "authors"


class Book(Model):
    title = peewee.TextField()
    author = peewee.ForeignKeyField(Author)

    class Meta:
        table_name = "books"


def one(id):
    return shown.row(Row.get_by_id(id))


def several(first, count):
    found = Row.select().where(Row.id >= first).order_by(Row.id).limit(count)
    return [shown.row(row) for row in found]


def insert(number, name):
    return shown.row(Note.create(number=number, name=name))


def update(id, number):
    stock = Stock.get_by_id(id)
    stock.number = number
    stock.save()
    return shown.row(stock)


def books(first):
    found = Book.select(Book, Author).join(Author).where(Book.id >= first).order_by(Book.id)
    return [shown.book(book) for book in found.limit(shown.BOOKS)]
