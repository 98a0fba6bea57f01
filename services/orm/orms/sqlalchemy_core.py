"""SQLAlchemy Core: tables and expressions, without objects."""

from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, Text, create_engine, select
from sqlalchemy import insert as inserted
from sqlalchemy import update as updated

from orms import shown

engine = create_engine(
    "postgresql+psycopg://lab@postgres/postgres",
    pool_size=1,
    max_overflow=0,
    isolation_level="AUTOCOMMIT",
)
metadata = MetaData()


def numbered(name):
    id = Column("id", Integer, primary_key=True)
    number, text = Column("number", Integer, nullable=False), Column("name", Text, nullable=False)
    return Table(name, metadata, id, number, text)


rows, stock, notes = numbered("rows"), numbered("stock"), numbered("notes")
authors = Table(
    "authors",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
)
written = Table(
    "books",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("author_id", ForeignKey("authors.id"), nullable=False),
)


def one(id):
    with engine.connect() as connection:
        return shown.row(connection.execute(select(rows).where(rows.c.id == id)).one())


def several(first, count):
    query = select(rows).where(rows.c.id >= first).order_by(rows.c.id).limit(count)
    with engine.connect() as connection:
        return [shown.row(row) for row in connection.execute(query)]


def insert(number, name):
    statement = inserted(notes).values(number=number, name=name).returning(notes)
    with engine.begin() as connection:
        return shown.row(connection.execute(statement).one())


def update(id, number):
    with engine.begin() as connection:
        found = connection.execute(select(stock).where(stock.c.id == id)).one()
        connection.execute(updated(stock).where(stock.c.id == id).values(number=number))
        return {**shown.row(found), "number": number}


def books(first):
    query = (
        select(written.c.id, written.c.title, authors.c.id.label("author_id"), authors.c.name)
        .join_from(written, authors)
        .where(written.c.id >= first)
        .order_by(written.c.id)
        .limit(shown.BOOKS)
    )
    with engine.connect() as connection:
        return [
            {
                "id": book.id,
                "title": book.title,
                "author": {"id": book.author_id, "name": book.name},
            }
            for book in connection.execute(query)
        ]
