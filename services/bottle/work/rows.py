"""One row and twenty rows from PostgreSQL in Bottle, by psycopg and its pool."""

import ujson
from bottle import request, response
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
    with pool.connection() as connection:
        found = connection.execute(TWENTY, (request.query.get("first", type=int),)).fetchall()
    # Bottle makes JSON of a dict alone, not of a list.
    response.content_type = "application/json"
    return ujson.dumps(found)


def add(app):
    app.get("/rows/<id:int>", callback=one)
    app.get("/rows", callback=twenty)
