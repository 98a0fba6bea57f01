"""A validated order in Japronto, by pydantic: Japronto's documentation names no validator."""

from typing import List

import ujson
from pydantic import BaseModel, Field, ValidationError


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
    items: List[Item] = Field(min_length=1, max_length=100)
    express: bool


def answer(order):
    return {
        "customer": order.customer.name,
        "count": sum(item.quantity for item in order.items),
        "total": sum(item.quantity * item.price for item in order.items),
    }


def validate(request):
    try:
        found, code = answer(Order.model_validate(ujson.loads(request.body))), 200
    except ValidationError as error:
        found = {"errors": [line["msg"] for line in error.errors(include_url=False)]}
        code = 400  # Japronto does not know 422
    return request.Response(text=ujson.dumps(found), code=code, mime_type="application/json")


def add(app):
    app.router.add_route("/validate", validate, method="POST")
