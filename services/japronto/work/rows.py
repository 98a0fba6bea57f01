"""One row and twenty rows from PostgreSQL in Japronto, by asyncpg and its pool."""

import asyncio
from functools import lru_cache

import ujson
from asyncpg import create_pool

ONE = "SELECT id, number, name FROM rows WHERE id = $1"
TWENTY = "SELECT id, number, name FROM rows WHERE id >= $1 ORDER BY id LIMIT 20"


@lru_cache(maxsize=None)
def pool():
    """The pool, once it is there. As many connections as every other service may have."""
    made = create_pool(host="postgres", user="lab", database="postgres", min_size=8, max_size=8)
    return asyncio.ensure_future(made)


async def one(request):
    found = await (await pool()).fetchrow(ONE, int(request.match_dict["id"]))
    return request.Response(text=ujson.dumps(dict(found)), mime_type="application/json")


async def twenty(request):
    found = await (await pool()).fetch(TWENTY, int(request.query["first"]))
    text = ujson.dumps([dict(row) for row in found])
    return request.Response(text=text, mime_type="application/json")


def add(app):
    app.router.add_route("/rows/{id}", one, method="GET")
    app.router.add_route("/rows", twenty, method="GET")
