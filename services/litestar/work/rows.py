"""One row and twenty rows from PostgreSQL in Litestar, by asyncpg and its pool."""

import asyncio
from functools import cache
from typing import Any

from asyncpg import create_pool
from litestar import get
from work.answers import UjsonResponse

ONE = "SELECT id, number, name FROM rows WHERE id = $1"
TWENTY = "SELECT id, number, name FROM rows WHERE id >= $1 ORDER BY id LIMIT 20"


@cache
def pool():
    """The pool, once it is there. As many connections as every other service may have."""
    made = create_pool(host="postgres", user="lab", database="postgres", min_size=8, max_size=8)
    return asyncio.ensure_future(made)


@get("/rows/{id:int}", response_class=UjsonResponse)
async def one(id: int) -> dict[str, Any]:
    return dict(await (await pool()).fetchrow(ONE, id))


@get("/rows", response_class=UjsonResponse)
async def twenty(first: int) -> list[dict[str, Any]]:
    return [dict(row) for row in await (await pool()).fetch(TWENTY, first)]


def add(app):
    app.register(one)
    app.register(twenty)
