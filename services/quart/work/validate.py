"""A validated order in Quart, by Quart-Schema and pydantic."""

from pydantic import BaseModel, Field
from quart_schema import QuartSchema, RequestSchemaValidationError, validate_request


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


@validate_request(Order)
async def validate(data):
    return answer(data)


async def invalid(error):
    return {"errors": str(error.validation_error)}, 422


def add(app):
    ujson = app.json
    QuartSchema(app)
    app.json = ujson  # Quart-Schema has put its own in this place
    app.add_url_rule("/validate", view_func=validate, methods=["POST"])
    app.register_error_handler(RequestSchemaValidationError, invalid)
