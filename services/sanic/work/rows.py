"""One row and twenty rows from PostgreSQL in Sanic, by asyncpg and its pool."""

import asyncio
from functools import cache

from asyncpg import create_pool
from sanic import response

ONE = "SELECT id, number, name FROM rows WHERE id = $1"
TWENTY = "SELECT id, number, name FROM rows WHERE id >= $1 ORDER BY id LIMIT 20"


@cache
def pool():
    """The pool, once it is there. As many connections as every other service may have."""
    made = create_pool(host="postgres", user="lab", database="postgres", min_size=8, max_size=8)
    return asyncio.ensure_future(made)


async def one(request, id):
    return response.json(dict(await (await pool()).fetchrow(ONE, id)))


async def twenty(request):
    found = await (await pool()).fetch(TWENTY, int(request.args.get("first")))
    return response.json([dict(row) for row in found])


def add(app):
    app.add_route(one, "/rows/<id:int>")
    app.add_route(twenty, "/rows")
