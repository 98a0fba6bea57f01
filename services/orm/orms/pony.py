"""Pony."""

from pony.orm import Database, PrimaryKey, Required, Set, db_session, select

from orms import shown

database = Database()


class Row(database.Entity):
    _table_ = "rows"
    id = PrimaryKey(int)
    number = Required(int)
    name = Required(str)


class Stock(database.Entity):
    _table_ = "stock"
    id = PrimaryKey(int)
    number = Required(int)
    name = Required(str)


class Note(database.Entity):
    _table_ = "notes"
    id = PrimaryKey(int, auto=True)
    number = Required(int)
    name = Required(str)


class Author(database.Entity):
    _table_ = "authors"
    id = PrimaryKey(int)
    name = Required(str)
    books = Set("Book")


class Book(database.Entity):
    _table_ = "books"
    id = PrimaryKey(int)
    title = Required(str)
    author = Required(Author, column="author_id")


database.bind(provider="postgres", host="postgres", user="lab", database="postgres")
database.generate_mapping(check_tables=False)


@db_session
def one(id):
    return shown.row(Row[id])


@db_session
def several(first, count):
    found = select(row for row in Row if row.id >= first).order_by(Row.id)
    return [shown.row(row) for row in found[:count]]


@db_session
def insert(number, name):
    note = Note(number=number, name=name)
    note.flush()  # which gives it its id
    return shown.row(note)


@db_session
def update(id, number):
    stock = Stock[id]
    stock.number = number
    return shown.row(stock)


@db_session
def books(first):
    found = select(book for book in Book if book.id >= first).order_by(Book.id)
    return [shown.book(book) for book in found.prefetch(Author)[: shown.BOOKS]]
