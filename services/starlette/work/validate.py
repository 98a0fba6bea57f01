"""A validated order in Starlette, by pydantic: Starlette itself validates nothing."""

from pydantic import BaseModel, Field, ValidationError
from starlette.routing import Route
from work.answers import UjsonResponse


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
        order = Order.model_validate_json(await request.body())
    except ValidationError as error:
        errors = [line["msg"] for line in error.errors(include_url=False)]
        return UjsonResponse({"errors": errors}, status_code=422)
    return UjsonResponse(answer(order))


def add(app):
    app.routes.append(Route("/validate", validate, methods=["POST"]))
