"""A validated order in Pyramid, by colander, as in its tutorials about forms."""

import colander


class Customer(colander.MappingSchema):
    name = colander.SchemaNode(colander.String(), validator=colander.Length(1, 50))
    email = colander.SchemaNode(colander.String(), validator=colander.Regex(r"^[^@\s]+@[^@\s]+$"))
    age = colander.SchemaNode(colander.Integer(), validator=colander.Range(0, 150))


class Item(colander.MappingSchema):
    sku = colander.SchemaNode(colander.String(), validator=colander.Regex(r"^[A-Z]-[0-9]{4}$"))
    quantity = colander.SchemaNode(colander.Integer(), validator=colander.Range(1, 1000))
    price = colander.SchemaNode(colander.Integer(), validator=colander.Range(min=0))


class Items(colander.SequenceSchema):
    item = Item()


class Order(colander.MappingSchema):
    customer = Customer()
    items = Items(validator=colander.Length(1, 100))
    express = colander.SchemaNode(colander.Boolean())


schema = Order()


def validate(request):
    try:
        order = schema.deserialize(request.json_body)
    except colander.Invalid as error:
        request.response.status_code = 422
        return {"errors": error.asdict()}
    return {
        "customer": order["customer"]["name"],
        "count": sum(item["quantity"] for item in order["items"]),
        "total": sum(item["quantity"] * item["price"] for item in order["items"]),
    }


def add(config):
    config.add_route("validate", "/validate", request_method="POST")
    config.add_view(validate, route_name="validate", renderer="json")
