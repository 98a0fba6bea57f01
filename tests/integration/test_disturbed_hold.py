"""A hold from which a hypervisor took too much CPU time is measured again, once."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.integration.harness import (
    RAMP,
    CountingServer,
    Trial,
    check_counts,
    failures,
    running,
)

# Holds are longer than a second, so each of them has a tick.
SETTINGS: dict[str, Any] = RAMP | {
    "users": [8],
    "duration_s": 2.5,
    "open_s": 0.5,
    "open_shares": [0.5],
    "server_cpu": 1,
    "load_cpus": [0],
}
TICKS = 200
LOCUSTFILE = Path(__file__).parent / "stolen_locustfile.py"


class Hypervisor:
    """Takes CPU time from the server's CPU: these shares of the first hold, the second ..."""

    def __init__(self, stat: Path, shares: list[float]) -> None:
        self._stat = stat
        self._shares = shares
        self._whole = self._stolen = 0
        self._disturbed: set[int] = set()
        self._write()

    def follow(self, event: dict[str, Any]) -> None:
        """Take the share of a hold at its first tick, when it has certainly begun."""
        index = event.get("index")
        if event["event"] != "tick" or event["phase"] != "hold" or index in self._disturbed:
            return
        self._whole += TICKS
        self._stolen += round(self._shares[len(self._disturbed)] * TICKS)
        self._disturbed.add(event["index"])
        self._write()

    def _write(self) -> None:
        lines = [
            f"cpu{cpu} {self._whole - stolen} 0 0 0 0 0 0 {stolen} 0 0\n"
            for cpu, stolen in enumerate([0, self._stolen])
        ]
        new = self._stat.with_suffix(".new")
        new.write_text("".join(lines))
        new.rename(self._stat)


def events(trial: Trial, hypervisor: Hypervisor) -> Iterator[dict[str, Any]]:
    for event in trial.events():
        hypervisor.follow(event)
        yield event
        if event["event"] in ("result", "failed"):
            return


@pytest.mark.parametrize(
    ("shares", "phases"),
    [
        pytest.param([0.1], ["hold"], id="not disturbed"),
        pytest.param([0.25, 0.05], ["disturbed", "hold"], id="the second counts"),
        pytest.param([0.25, 0.5], ["hold", "disturbed"], id="both are disturbed"),
    ],
)
def test_a_disturbed_hold_is_measured_again_and_the_quieter_one_counts(
    shares: list[float],
    phases: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stat = tmp_path / "stat"
    monkeypatch.setenv("LAB_TEST_PROC_STAT", str(stat))
    hypervisor = Hypervisor(stat, shares)
    server = CountingServer()
    with running(server), ExitStack() as stack:
        trial = Trial(stack, server.url, SETTINGS, 1, "-f", str(LOCUSTFILE))
        said = list(events(trial, hypervisor))
    result = said[-1]
    assert result["event"] == "result", result
    check_counts(result, server.requests)
    assert not failures(result)

    begun = [event for event in said if event["event"] == "step"]
    assert [event["disturbed"] for event in begun] == [None] * 3 + shares[:-1] + [None]
    steps = result["steps"]
    assert [step["phase"] for step in steps] == ["ramp", "settle", *phases, "open"]
    holds = steps[2:-1]
    assert [step["server_steal"] for step in holds] == shares
    assert {step["loadgen_steal"] for step in holds} == {0.0}
    assert {step["server_steal"] for step in (*steps[:2], steps[-1])} == {None}
    assert result["duration_s"] == pytest.approx(sum(s["duration_s"] for s in steps[:-1]), abs=0.3)

    (counts,) = (step for step in holds if step["phase"] == "hold")
    rate = counts["completed"] / counts["duration_s"]
    assert steps[-1]["rate"] == pytest.approx(rate / 2)
