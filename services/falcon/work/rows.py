"""One row and twenty rows from PostgreSQL in Falcon (WSGI), by psycopg and its pool."""

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


class One:
    def on_get(self, req, resp, id):
        with pool.connection() as connection:
            resp.media = connection.execute(ONE, (id,)).fetchone()


class Twenty:
    def on_get(self, req, resp):
        with pool.connection() as connection:
            first = req.get_param_as_int("first")
            resp.media = connection.execute(TWENTY, (first,)).fetchall()


def add(app):
    app.add_route("/rows/{id:int}", One())
    app.add_route("/rows", Twenty())
