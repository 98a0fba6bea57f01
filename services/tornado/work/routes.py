"""200 routes in Tornado; each answers with its number and with all that it got."""

import ujson
from tornado.web import RequestHandler


class Numbered(RequestHandler):
    def initialize(self, number):
        self.number = number

    def get(self, id, name):
        found = {
            "route": self.number,
            "id": int(id),
            "name": name,
            "page": int(self.get_query_argument("page")),
            "ratio": float(self.get_query_argument("ratio")),
            "exact": self.get_query_argument("exact") == "true",
        }
        self.set_header("Content-Type", "application/json; charset=UTF-8")
        self.finish(ujson.dumps(found))


def add(app):
    app.add_handlers(
        ".*",
        [
            (rf"/routes/{number:03}/([0-9]+)/([^/]+)", Numbered, {"number": number})
            for number in range(200)
        ],
    )
