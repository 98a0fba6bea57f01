"""No ORM: SQL by psycopg 3."""

import psycopg
from psycopg.rows import dict_row

from orms.shown import BOOKS

connection = psycopg.connect(
    "host=postgres user=lab dbname=postgres", autocommit=True, row_factory=dict_row
)
ONE = "SELECT id, number, name FROM rows WHERE id = %s"
SEVERAL = "SELECT id, number, name FROM rows WHERE id >= %s ORDER BY id LIMIT %s"
INSERT = "INSERT INTO notes (number, name) VALUES (%s, %s) RETURNING id, number, name"
BEFORE = "SELECT id, number, name FROM stock WHERE id = %s"
UPDATE = "UPDATE stock SET number = %s WHERE id = %s"
JOIN = """
    SELECT books.id, title, author_id, authors.name FROM books JOIN authors
    ON authors.id = author_id WHERE books.id >= %s ORDER BY books.id LIMIT %s
"""


def one(id):
    return connection.execute(ONE, (id,)).fetchone()


def several(first, count):
    return connection.execute(SEVERAL, (first, count)).fetchall()


def insert(number, name):
    return connection.execute(INSERT, (number, name)).fetchone()


def update(id, number):
    found = connection.execute(BEFORE, (id,)).fetchone()
    connection.execute(UPDATE, (number, id))
    return {**found, "number": number}


def books(first):
    return [
        {
            "id": book["id"],
            "title": book["title"],
            "author": {"id": book["author_id"], "name": book["name"]},
        }
        for book in connection.execute(JOIN, (first, BOOKS))
    ]
