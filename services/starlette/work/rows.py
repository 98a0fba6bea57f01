"""One row and twenty rows from PostgreSQL in Starlette, by asyncpg and its pool."""

import asyncio
from functools import cache

from asyncpg import create_pool
from starlette.routing import Route
from work.answers import UjsonResponse

ONE = "SELECT id, number, name FROM rows WHERE id = $1"
TWENTY = "SELECT id, number, name FROM rows WHERE id >= $1 ORDER BY id LIMIT 20"


@cache
def pool():
    """The pool, once it is there. As many connections as every other service may have."""
    made = create_pool(host="postgres", user="lab", database="postgres", min_size=8, max_size=8)
    return asyncio.ensure_future(made)


async def one(request):
    found = await (await pool()).fetchrow(ONE, request.path_params["id"])
    return UjsonResponse(dict(found))


async def twenty(request):
    found = await (await pool()).fetch(TWENTY, int(request.query_params["first"]))
    return UjsonResponse([dict(row) for row in found])


def add(app):
    app.routes.extend([Route("/rows/{id:int}", one), Route("/rows", twenty)])
