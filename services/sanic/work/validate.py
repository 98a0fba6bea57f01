"""A validated order in Sanic, by Sanic Extensions and pydantic."""

from pydantic import BaseModel, Field
from sanic import response
from sanic_ext import validate as validated
from sanic_ext.exceptions import ValidationError


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


@validated(json=Order)
async def validate(request, body):
    return response.json(answer(body))


async def invalid(request, error):
    return response.json({"errors": str(error)}, status=400)


def add(app):
    # Without a handler of its own Sanic logs a traceback for each invalid order.
    app.error_handler.add(ValidationError, invalid)
    app.add_route(validate, "/validate", methods=["POST"])
