"""The lab's options of Locust refuse numbers that are not finite."""

import argparse

import pytest

from labload.workers.options import chosen_rate, chosen_target
from tests.unit.loadgen.workers.locust_parser import parser

NONE = ["nan", "inf", "-inf", "1e999", "0", "-1", "many", ""]


def chosen(*words: str) -> argparse.Namespace:
    return parser().parse_args(words)


@pytest.mark.parametrize("option", ["rate", "connect-timeout", "request-timeout"])
@pytest.mark.parametrize("text", NONE)
def test_the_command_line_refuses_numbers_that_are_not_finite(
    option: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        chosen(f"--{option}={text}")
    assert "must be a number greater than 0, not" in capsys.readouterr().err


@pytest.mark.parametrize("text", [text for text in NONE if text])
def test_the_pages_form_refuses_numbers_that_are_not_finite(text: str) -> None:
    options = chosen()
    options.rate = text
    with pytest.raises(ValueError, match=r"\(--rate\) must be a number greater than 0, not"):
        chosen_rate(options)
    options.request_timeout = text
    with pytest.raises(ValueError, match="--request-timeout must be a number greater than 0, not"):
        chosen_target(options, "http://127.0.0.1:9")


def test_a_number_may_be_a_text() -> None:
    options = chosen()
    options.rate, options.connect_timeout = "250", "1.5"
    assert chosen_rate(options) == 250
    assert chosen_target(options, "http://127.0.0.1:9").connect_timeout_s == 1.5
