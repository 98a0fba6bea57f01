"""A validated order in Litestar, by msgspec, which Litestar brings."""

from typing import Annotated, Any

from litestar import post
from msgspec import Meta, Struct
from work.answers import UjsonResponse


class Customer(Struct):
    name: Annotated[str, Meta(min_length=1, max_length=50)]
    email: Annotated[str, Meta(pattern=r"^[^@\s]+@[^@\s]+$")]
    age: Annotated[int, Meta(ge=0, le=150)]


class Item(Struct):
    sku: Annotated[str, Meta(pattern=r"^[A-Z]-[0-9]{4}$")]
    quantity: Annotated[int, Meta(ge=1, le=1000)]
    price: Annotated[int, Meta(ge=0)]


class Order(Struct):
    customer: Customer
    items: Annotated[list[Item], Meta(min_length=1, max_length=100)]
    express: bool


def answer(order):
    return {
        "customer": order.customer.name,
        "count": sum(item.quantity for item in order.items),
        "total": sum(item.quantity * item.price for item in order.items),
    }


@post("/validate", status_code=200, response_class=UjsonResponse)
async def validate(data: Order) -> dict[str, Any]:
    return answer(data)


def add(app):
    app.register(validate)
