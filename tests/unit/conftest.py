"""``--update-golden`` writes the tests' results into tests/golden/. Read the diff afterwards."""

from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[1] / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="replace the files of tests/golden/"
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compares a text with a file of tests/golden/."""
    # The option is unknown if pytest was started above this folder.
    update = request.config.getoption("--update-golden", default=False)

    def same(name: str, text: str) -> None:
        if update:
            (GOLDEN / name).write_bytes(text.encode())
        assert text == (GOLDEN / name).read_bytes().decode()

    return same
