"""One row and twenty rows from PostgreSQL in Robyn, by asyncpg and its pool."""

import asyncio
from functools import cache

from asyncpg import create_pool
from robyn import Request
from work.answers import answered

ONE = "SELECT id, number, name FROM rows WHERE id = $1"
TWENTY = "SELECT id, number, name FROM rows WHERE id >= $1 ORDER BY id LIMIT 20"


@cache
def pool():
    """The pool, once it is there. As many connections as every other service may have."""
    made = create_pool(host="postgres", user="lab", database="postgres", min_size=8, max_size=8)
    return asyncio.ensure_future(made)


async def one(request: Request):
    found = await (await pool()).fetchrow(ONE, int(request.path_params["id"]))
    return answered(dict(found))


async def twenty(request: Request):
    found = await (await pool()).fetch(TWENTY, int(request.query_params.get("first", "")))
    return answered([dict(row) for row in found])


def add(app):
    app.get("/rows/:id")(one)
    app.get("/rows")(twenty)
