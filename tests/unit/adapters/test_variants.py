"""What is said when the layers of a variant cannot be installed."""

import pytest

from orchestrator.adapters.variants import not_installed
from orchestrator.model.variant import Variant

PINS, VALGRIND = {"pins": ("flask==3.0.3",)}, {"valgrind": True}
WHEELS, MIRROR, FIT = "as a wheel", "Debian mirror", "fit together"


@pytest.mark.parametrize(
    ("wanted", "said", "unsaid"),
    [
        (PINS, ("flask: flask==3.0.3 could not", WHEELS, FIT), (MIRROR,)),
        (VALGRIND, ("flask: valgrind could not", MIRROR), (WHEELS, FIT)),
        ({"path": "blinker"}, ("flask: blinker could not", FIT), (WHEELS, MIRROR)),
        (PINS | VALGRIND, ("flask: flask==3.0.3, valgrind could not", WHEELS, FIT, MIRROR), ()),
    ],
)
def test_the_advice_is_about_what_was_to_be_installed(
    wanted: dict[str, object], said: tuple[str, ...], unsaid: tuple[str, ...]
) -> None:
    text = not_installed(Variant(service="flask", **wanted))  # type: ignore[arg-type]
    assert [word for word in said if word not in text] == []
    assert [word for word in unsaid if word in text] == []
