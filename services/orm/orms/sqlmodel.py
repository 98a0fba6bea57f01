"""SQLModel."""

from sqlalchemy.orm import joinedload
from sqlmodel import Field, Relationship, Session, SQLModel, create_engine, select

from orms import shown

engine = create_engine(
    "postgresql+psycopg://lab@postgres/postgres",
    pool_size=1,
    max_overflow=0,
    isolation_level="AUTOCOMMIT",
)


class Row(SQLModel, table=True):
    __tablename__ = "rows"
    id: int | None = Field(default=None, primary_key=True)
    number: int
    name: str


class Stock(SQLModel, table=True):
    __tablename__ = "stock"
    id: int | None = Field(default=None, primary_key=True)
    number: int
    name: str


class Note(SQLModel, table=True):
    __tablename__ = "notes"
    id: int | None = Field(default=None, primary_key=True)
    number: int
    name: str


class Author(SQLModel, table=True):
    __tablename__ = "authors"
    id: int | None = Field(default=None, primary_key=True)
    name: str


class Book(SQLModel, table=True):
    __tablename__ = "books"
    id: int | None = Field(default=None, primary_key=True)
    title: str
    author_id: int = Field(foreign_key="authors.id")
    author: Author = Relationship()


def opened():
    """A session whose objects are answered after their commit, without being read once more."""
    return Session(engine, expire_on_commit=False)


def one(id):
    with opened() as session:
        return shown.row(session.get_one(Row, id))


def several(first, count):
    query = select(Row).where(Row.id >= first).order_by(Row.id).limit(count)
    with opened() as session:
        return [shown.row(row) for row in session.exec(query)]


def insert(number, name):
    note = Note(number=number, name=name)
    with opened() as session:
        session.add(note)
        session.commit()
    return shown.row(note)


def update(id, number):
    with opened() as session:
        stock = session.get_one(Stock, id)
        stock.number = number
        session.add(stock)
        session.commit()
    return shown.row(stock)


def books(first):
    query = select(Book).options(joinedload(Book.author)).where(Book.id >= first)
    with opened() as session:
        found = session.exec(query.order_by(Book.id).limit(shown.BOOKS))
        return [shown.book(book) for book in found]
