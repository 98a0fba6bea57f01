"""One row and twenty rows from PostgreSQL in Falcon (ASGI), by asyncpg and its pool."""

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


class One:
    async def on_get(self, req, resp, id):
        resp.media = dict(await (await pool()).fetchrow(ONE, id))


class Twenty:
    async def on_get(self, req, resp):
        found = await (await pool()).fetch(TWENTY, req.get_param_as_int("first"))
        resp.media = [dict(row) for row in found]


def add(app):
    app.add_route("/rows/{id:int}", One())
    app.add_route("/rows", Twenty())
