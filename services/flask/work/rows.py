"""One row and twenty rows from PostgreSQL in Flask, by psycopg and its pool."""

from flask import request
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

# As many connections as every other service may have.
pool = ConnectionPool(
    "host=postgres user=lab dbname=postgres",
    min_size=8,
    max_size=8,
    open=True,
    kwargs={"autocommit": True, "row_factory": dict_row},
)
ONE = "SELECT id, number, name FROM rows WHERE id = %s"
TWENTY = "SELECT id, number, name FROM rows WHERE id >= %s ORDER BY id LIMIT 20"


def one(id):
    with pool.connection() as connection:
        return connection.execute(ONE, (id,)).fetchone()


def twenty():
    first = request.args.get("first", type=int)
    with pool.connection() as connection:
        return connection.execute(TWENTY, (first,)).fetchall()


def add(app):
    app.add_url_rule("/rows/<int:id>", view_func=one)
    app.add_url_rule("/rows", view_func=twenty)
