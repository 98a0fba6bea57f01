"""200 routes in Pyramid; each answers with its number and with all that it got."""


def add(config):
    for number in range(200):
        name = f"route {number}"
        config.add_route(name, f"/routes/{number:03}/{{id:[0-9]+}}/{{name}}", request_method="GET")
        config.add_view(route(number), route_name=name, renderer="json")


def route(number):
    def view(request):
        found, asked = request.matchdict, request.GET
        return {
            "route": number,
            "id": int(found["id"]),
            "name": found["name"],
            "page": int(asked["page"]),
            "ratio": float(asked["ratio"]),
            "exact": asked["exact"] == "true",
        }

    return view
