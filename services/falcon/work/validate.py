"""A validated order in Falcon (WSGI), by its JSON Schema validator."""

from falcon.media.validators import jsonschema

CUSTOMER = {
    "type": "object",
    "required": ["name", "email", "age"],
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 50},
        "email": {"type": "string", "pattern": r"^[^@\s]+@[^@\s]+$"},
        "age": {"type": "integer", "minimum": 0, "maximum": 150},
    },
}
ITEM = {
    "type": "object",
    "required": ["sku", "quantity", "price"],
    "properties": {
        "sku": {"type": "string", "pattern": r"^[A-Z]-[0-9]{4}$"},
        "quantity": {"type": "integer", "minimum": 1, "maximum": 1000},
        "price": {"type": "integer", "minimum": 0},
    },
}
ORDER = {
    "type": "object",
    "required": ["customer", "items", "express"],
    "properties": {
        "customer": CUSTOMER,
        "items": {"type": "array", "items": ITEM, "minItems": 1, "maxItems": 100},
        "express": {"type": "boolean"},
    },
}


class Validate:
    @jsonschema.validate(ORDER)
    def on_post(self, req, resp):
        order = req.get_media()
        resp.media = {
            "customer": order["customer"]["name"],
            "count": sum(item["quantity"] for item in order["items"]),
            "total": sum(item["quantity"] * item["price"] for item in order["items"]),
        }


def add(app):
    app.add_route("/validate", Validate())
