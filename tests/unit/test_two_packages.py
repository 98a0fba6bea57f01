"""What orchestrator and load generator each know by themselves: neither imports the other."""

from pathlib import Path

import pytest

from labload import options, result, values
from orchestrator import profiles
from orchestrator.files.variables import wrong_variables
from orchestrator.stats import histogram


def test_clients_and_their_limits_are_the_same() -> None:
    assert options.CLIENTS == profiles.CLIENTS
    assert options.FAST_HTTP_USERS == profiles.FASTHTTP_USERS


def test_histograms_have_the_same_bounds() -> None:
    assert (result.LONGEST_US, result.DIGITS) == (histogram.HIGHEST_US, histogram.DIGITS)


@pytest.mark.parametrize(
    ("option", "texts"),
    [
        ("users", "1 64 100000 100001 0 -1 1.5 1e3 nan inf many 0x10 +4 ٣"),
        ("run-time", "1 120s 5m 1h30m 2h 1h1m1s 0 0s 0h0m m 5d -5s 1.5h 5s3m inf 99999999 ٣s"),
        ("workload", "json text xml JSON json,text ../json"),
    ],
)
def test_the_values_of_the_interactive_use_are_judged_alike(
    option: str, texts: str, tmp_path: Path
) -> None:
    good = {"users": "64", "workload": "json", "run-time": "120s"}
    name = f"LAB_{option.upper().replace('-', '_')}"
    refused = []
    for text in texts.split():
        before = wrong_variables(tmp_path, ("json", "text"), {name: text})
        there = values.wrong(good | {option: text}, ("json", "text"))
        assert bool(before) == bool(there), text
        assert all(name in problem for problem in (*before.values(), *there))
        refused.append(bool(there))
    assert set(refused) == {True, False}
