"""A validated order in aiohttp, by pydantic: aiohttp's documentation names no validator."""

import ujson
from aiohttp import web
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


async def validate(request):
    try:
        order = Order.model_validate(await request.json(loads=ujson.loads))
    except ValidationError as error:
        errors = [line["msg"] for line in error.errors(include_url=False)]
        return web.json_response({"errors": errors}, status=422, dumps=ujson.dumps)
    return web.json_response(answer(order), dumps=ujson.dumps)


def add(app):
    app.router.add_post("/validate", validate)
