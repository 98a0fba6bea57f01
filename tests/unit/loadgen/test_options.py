"""The lab's options of Locust refuse numbers that are not finite."""

import argparse
import json

import pytest

from labload.options import add_options, chosen_rate, chosen_target
from labload.ramp import parse_settings

NONE = ["nan", "inf", "-inf", "1e999", "0", "-1", "many", ""]


class Parser(argparse.ArgumentParser):
    """Accepts the arguments that Locust's parser has in addition to argparse's."""

    def add_argument(self, *words: str, **how: object) -> argparse.Action:
        mine = {
            key: value for key, value in how.items() if key not in {"env_var", "include_in_web_ui"}
        }
        return super().add_argument(*words, **mine)  # type: ignore[arg-type]


def chosen(*words: str) -> argparse.Namespace:
    parser = Parser()
    add_options(parser)
    return parser.parse_args(words)


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


@pytest.mark.parametrize("name", ["step_s", "duration_s", "open_rate", "open_s"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_trial_with_infinite_numbers_is_refused(name: str, value: float) -> None:
    settings = {
        "users": [1], "step_s": 1, "settle_s": 1, "duration_s": 3, "connect_timeout_s": 1,
        "request_timeout_s": 1, "open_s": 0, "open_shares": [], "open_rate": None,
        "open_users": None,
    }  # fmt: skip
    assert parse_settings(json.dumps(settings)).duration_s == 3
    with pytest.raises(ValueError, match=f"{name}: must be a number"):
        parse_settings(json.dumps(settings | {name: value}))
