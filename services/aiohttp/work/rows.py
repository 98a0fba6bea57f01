"""One row and twenty rows from PostgreSQL in aiohttp, by asyncpg and its pool."""

import asyncio
from functools import cache

import ujson
from aiohttp import web
from asyncpg import create_pool

ONE = "SELECT id, number, name FROM rows WHERE id = $1"
TWENTY = "SELECT id, number, name FROM rows WHERE id >= $1 ORDER BY id LIMIT 20"


@cache
def pool():
    """The pool, once it is there. As many connections as every other service may have."""
    made = create_pool(host="postgres", user="lab", database="postgres", min_size=8, max_size=8)
    return asyncio.ensure_future(made)


async def one(request):
    found = await (await pool()).fetchrow(ONE, int(request.match_info["id"]))
    return web.json_response(dict(found), dumps=ujson.dumps)


async def twenty(request):
    found = await (await pool()).fetch(TWENTY, int(request.query["first"]))
    return web.json_response([dict(row) for row in found], dumps=ujson.dumps)


def add(app):
    app.router.add_get("/rows/{id:[0-9]+}", one)
    app.router.add_get("/rows", twenty)
