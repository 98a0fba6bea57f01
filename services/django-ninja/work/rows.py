"""One row and twenty rows from PostgreSQL in Django Ninja, by psycopg's asynchronous pool."""

import asyncio
from functools import cache

from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

ONE = "SELECT id, number, name FROM rows WHERE id = %s"
TWENTY = "SELECT id, number, name FROM rows WHERE id >= %s ORDER BY id LIMIT 20"


@cache
def opened():
    """The pool, once it is open. As many connections as every other service may have."""
    return asyncio.ensure_future(pool())


async def pool():
    made = AsyncConnectionPool(
        "host=postgres user=lab dbname=postgres",
        min_size=8,
        max_size=8,
        open=False,
        kwargs={"autocommit": True, "row_factory": dict_row},
    )
    await made.open(wait=True)
    return made


async def one(request, id: int):
    async with (await opened()).connection() as connection:
        return await (await connection.execute(ONE, (id,))).fetchone()


async def twenty(request, first: int):
    async with (await opened()).connection() as connection:
        return await (await connection.execute(TWENTY, (first,))).fetchall()


def add(api):
    api.get("/rows/{int:id}")(one)
    api.get("/rows")(twenty)
