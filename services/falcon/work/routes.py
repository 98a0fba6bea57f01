"""200 routes in Falcon (WSGI); each answers with its number and with all that it got."""


class Numbered:
    def __init__(self, number):
        self.number = number

    def on_get(self, req, resp, id, name):
        resp.media = {
            "route": self.number,
            "id": id,
            "name": name,
            "page": req.get_param_as_int("page"),
            "ratio": req.get_param_as_float("ratio"),
            "exact": req.get_param_as_bool("exact"),
        }


def add(app):
    for number in range(200):
        app.add_route(f"/routes/{number:03}/{{id:int}}/{{name}}", Numbered(number))
