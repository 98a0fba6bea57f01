"""One row and twenty rows from PostgreSQL in Pyramid, by psycopg and its pool."""

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


def one(request):
    with pool.connection() as connection:
        return connection.execute(ONE, (int(request.matchdict["id"]),)).fetchone()


def twenty(request):
    with pool.connection() as connection:
        return connection.execute(TWENTY, (int(request.GET["first"]),)).fetchall()


def add(config):
    config.add_route("one", "/rows/{id:[0-9]+}", request_method="GET")
    config.add_route("twenty", "/rows", request_method="GET")
    config.add_view(one, route_name="one", renderer="json")
    config.add_view(twenty, route_name="twenty", renderer="json")
