"""A validated order in Django, by its forms: one for each object of the document."""

import ujson
from django import forms
from django.core.validators import RegexValidator
from django.http import HttpResponse
from django.urls import path


class Customer(forms.Form):
    name = forms.CharField(min_length=1, max_length=50, strip=False)
    email = forms.CharField(validators=[RegexValidator(r"^[^@\s]+@[^@\s]+$")])
    age = forms.IntegerField(min_value=0, max_value=150)


class Item(forms.Form):
    sku = forms.CharField(validators=[RegexValidator(r"^[A-Z]-[0-9]{4}$")])
    quantity = forms.IntegerField(min_value=1, max_value=1000)
    price = forms.IntegerField(min_value=0)


class Order(forms.Form):
    express = forms.BooleanField(required=False)


def validate(request):
    document = ujson.loads(request.body)
    customer = Customer(document.get("customer"))
    items = [Item(item) for item in document.get("items", [])]
    valid = [form.is_valid() for form in (Order(document), customer, *items)]
    if not items or len(items) > 100 or not all(valid):
        return answer({"errors": [form.errors for form in (customer, *items)]}, 422)
    found = [item.cleaned_data for item in items]
    return answer(
        {
            "customer": customer.cleaned_data["name"],
            "count": sum(item["quantity"] for item in found),
            "total": sum(item["quantity"] * item["price"] for item in found),
        }
    )


def answer(found, status=200):
    return HttpResponse(ujson.dumps(found), status=status, content_type="application/json")


def add(urlpatterns):
    urlpatterns.append(path("validate", validate))
