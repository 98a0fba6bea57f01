"""SQLAlchemy's ORM."""

from sqlalchemy import ForeignKey, create_engine, select
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    joinedload,
    mapped_column,
    relationship,
    sessionmaker,
)

from orms import shown

engine = create_engine(
    "postgresql+psycopg://lab@postgres/postgres",
    pool_size=1,
    max_overflow=0,
    isolation_level="AUTOCOMMIT",
)
# An object is answered after its commit; it is not read once more for that.
Session = sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    pass


class Row(Base):
    __tablename__ = "rows"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    name: Mapped[str]


class Stock(Base):
    __tablename__ = "stock"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    name: Mapped[str]


class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    name: Mapped[str]


class Author(Base):
    __tablename__ = "authors"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Book(Base):
    __tablename__ = "books"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))
    author: Mapped[Author] = relationship()


def one(id):
    with Session() as session:
        return shown.row(session.get_one(Row, id))


def several(first, count):
    query = select(Row).where(Row.id >= first).order_by(Row.id).limit(count)
    with Session() as session:
        return [shown.row(row) for row in session.scalars(query)]


def insert(number, name):
    note = Note(number=number, name=name)
    with Session() as session:
        session.add(note)
        session.commit()
    return shown.row(note)


def update(id, number):
    with Session() as session:
        stock = session.get_one(Stock, id)
        stock.number = number
        session.commit()
    return shown.row(stock)


def books(first):
    query = select(Book).options(joinedload(Book.author)).where(Book.id >= first)
    with Session() as session:
        found = session.scalars(query.order_by(Book.id).limit(shown.BOOKS))
        return [shown.book(book) for book in found]
