"""A validated order in Bottle, by pydantic: Bottle's documentation names no validator."""

from bottle import request, response
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
    items: list[Item] = Field(min_length=1, max_length=100)
    express: bool


def answer(order):
    return {
        "customer": order.customer.name,
        "count": sum(item.quantity for item in order.items),
        "total": sum(item.quantity * item.price for item in order.items),
    }


def validate():
    try:
        order = Order.model_validate(request.json)
    except ValidationError as error:
        response.status = 422
        return {"errors": [line["msg"] for line in error.errors(include_url=False)]}
    return answer(order)


def add(app):
    app.post("/validate", callback=validate)
