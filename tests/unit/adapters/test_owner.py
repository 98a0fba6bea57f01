"""Whether the process that started something still runs."""

import subprocess
import sys
import time

import msgspec
import pytest

from orchestrator.adapters.owner import Owner

TELL = "from orchestrator.adapters.owner import Owner; print(Owner.me().encoded(), flush=True)"


def test_this_process_is_alive() -> None:
    assert Owner.me().lives(time.time()) is True


def test_a_process_is_alive_until_it_ends() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", f"{TELL}; input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        owner = Owner.decoded(process.stdout.readline())
        assert owner is not None
        assert owner.lives(time.time()) is True
        process.communicate("")
    assert owner.lives(time.time()) is False


def test_another_process_with_the_same_id_is_not_the_owner() -> None:
    earlier = msgspec.structs.replace(Owner.me(), started="1")
    assert earlier.lives(time.time()) is False


@pytest.mark.parametrize("elsewhere", [{"boot": "another"}, {"namespace": "pid:[1]"}])
def test_for_a_process_elsewhere_the_answer_is_unknown(elsewhere: dict[str, str]) -> None:
    other = msgspec.structs.replace(Owner.me(), **elsewhere)
    assert other.lives(time.time()) is None
    assert other.lives(0.0) is False, "this host was booted since"


@pytest.mark.parametrize("text", ["", "{}", "[]", "no JSON", '{"pid": 1}'])
def test_any_other_label_is_not_an_owner(text: str) -> None:
    assert Owner.decoded(text) is None
