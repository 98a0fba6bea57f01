"""One row and twenty rows from PostgreSQL in FastAPI, by asyncpg and its pool."""

import asyncio
from functools import cache

from asyncpg import create_pool

ONE = "SELECT id, number, name FROM rows WHERE id = $1"
TWENTY = "SELECT id, number, name FROM rows WHERE id >= $1 ORDER BY id LIMIT 20"


@cache
def pool():
    """The pool, once it is there. As many connections as every other service may have."""
    made = create_pool(host="postgres", user="lab", database="postgres", min_size=8, max_size=8)
    return asyncio.ensure_future(made)


async def one(id: int):
    return dict(await (await pool()).fetchrow(ONE, id))


async def twenty(first: int):
    return [dict(row) for row in await (await pool()).fetch(TWENTY, first)]


def add(app):
    app.get("/rows/{id}")(one)
    app.get("/rows")(twenty)
