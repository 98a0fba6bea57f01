"""A validated order in Tornado, by pydantic: Tornado's documentation names no validator."""

import ujson
from pydantic import BaseModel, Field, ValidationError
from tornado.web import RequestHandler


class Customer(BaseModel):
    name: str = Field(min_length=1, max_length=50)
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    age: int = Field(ge=0, le=150)


class Item(BaseModel):
    sku: str = Field(pattern=r"^[A-Z]-[0-9]{4}$")
    quantity: int = Field(ge=1, le=1000)
    price: int = Field(ge=0)


class Order(BaseModel):
    customer: Customer
    items: list[Item] = Field(min_length=1, max_length=100)
    express: bool


def answer(order):
    return {
        "customer": order.customer.name,
        "count": sum(item.quantity for item in order.items),
        "total": sum(item.quantity * item.price for item in order.items),
    }


class Validate(RequestHandler):
    def post(self):
        try:
            found = answer(Order.model_validate_json(self.request.body))
        except ValidationError as error:
            self.set_status(422)
            found = {"errors": [line["msg"] for line in error.errors(include_url=False)]}
        self.set_header("Content-Type", "application/json; charset=UTF-8")
        self.finish(ujson.dumps(found))


def add(app):
    app.add_handlers(".*", [("/validate", Validate)])
