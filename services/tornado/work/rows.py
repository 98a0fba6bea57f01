"""One row and twenty rows from PostgreSQL in Tornado, by asyncpg and its pool."""

import asyncio
from functools import cache

import ujson
from asyncpg import create_pool
from tornado.web import RequestHandler

ONE = "SELECT id, number, name FROM rows WHERE id = $1"
TWENTY = "SELECT id, number, name FROM rows WHERE id >= $1 ORDER BY id LIMIT 20"


@cache
def pool():
    """The pool, once it is there. As many connections as every other service may have."""
    made = create_pool(host="postgres", user="lab", database="postgres", min_size=8, max_size=8)
    return asyncio.ensure_future(made)


class Selected(RequestHandler):
    def answer(self, found):
        self.set_header("Content-Type", "application/json; charset=UTF-8")
        self.finish(ujson.dumps(found))


class One(Selected):
    async def get(self, id):
        self.answer(dict(await (await pool()).fetchrow(ONE, int(id))))


class Twenty(Selected):
    async def get(self):
        found = await (await pool()).fetch(TWENTY, int(self.get_query_argument("first")))
        self.answer([dict(row) for row in found])


def add(app):
    app.add_handlers(".*", [("/rows/([0-9]+)", One), ("/rows", Twenty)])
