"""Locust's own CSV files have exactly the counts of the trial's result."""

import csv
import io
import signal
from contextlib import ExitStack
from typing import Any

import pytest

from labwire.events import LoadFile
from orchestrator.bench.raw import RawFiles
from tests.integration.harness import RAMP, CountingServer, Trial, answer, failures, run, running

Row = dict[str, str]
FAULTY_EVERY = 7
FILES = {
    "locust_exceptions.csv",
    "locust_failures.csv",
    "locust_stats.csv",
    "locust_stats_history.csv",
}


class Faulty(CountingServer):
    """Answers every few requests with an error."""

    async def reply(self, writer: Any) -> bool:
        if self.requests % FAULTY_EVERY:
            return await super().reply(writer)
        writer.write(answer(status="503 Service Unavailable"))
        await writer.drain()
        return True


def files(events: list[dict[str, Any]]) -> dict[str, list[Row]]:
    """The files as the bench puts them together, parsed as tables."""
    raw = RawFiles()
    for event in events:
        if event["event"] == "file":
            raw.keep_file(LoadFile(name=event["name"], text=event["text"], more=event["more"]))
    return {name: list(csv.DictReader(io.StringIO(text))) for name, text in raw.files.items()}


def counts(row: Row, requests: str = "Request Count", failed: str = "Failure Count") -> Any:
    return int(row[requests]), int(row[failed])


@pytest.mark.parametrize(
    ("client", "open_s"),
    [("engine", 0), ("engine", 0.5), ("fasthttp", 0)],
    ids=["closed loop alone", "open loop after it", "Locust's own users"],
)
def test_the_files_count_exactly_the_requests_of_the_closed_loop(
    client: str, open_s: float
) -> None:
    ramp = RAMP | {"open_s": open_s, "open_rate": 100 if open_s else None}
    events = run(Faulty(), f"--client={client}", workers=2, ramp=ramp)
    result, tables = events[-1], files(events)
    expected = (result["locust"]["requests"], result["locust"]["failures"])
    closed = [step for step in result["steps"] if step["phase"] != "open"]
    assert len(closed) + bool(open_s) == len(result["steps"])

    assert set(tables) == FILES
    one, aggregated = tables["locust_stats.csv"]
    assert (one["Type"], one["Name"], aggregated["Name"]) == ("GET", "/json", "Aggregated")
    assert counts(one) == counts(aggregated) == expected
    assert expected[0] == sum(step["requests"] for step in closed)
    assert expected[1] == failures({"steps": closed})["bad_status"] > 0
    assert float(aggregated["Requests/s"]) == result["locust"]["rps"]

    (failed,) = tables["locust_failures.csv"]
    assert (failed["Name"], int(failed["Occurrences"])) == ("/json", expected[1])
    assert tables["locust_exceptions.csv"] == []


def test_the_history_has_a_line_each_second_and_ends_with_the_totals() -> None:
    events = run(Faulty(), ramp=RAMP | {"open_s": 0.5, "open_rate": 100})
    locust, history = events[-1]["locust"], files(events)["locust_stats_history.csv"]
    seconds = [int(row["Timestamp"]) for row in history]
    assert seconds == sorted(seconds)
    assert seconds[-1] - seconds[0] in (2, 3, 4)
    ticks = [event for event in events if event["event"] == "tick" and event["phase"] != "open"]
    assert len(history) == 1 + len(ticks) + 1
    rows = [counts(row, "Total Request Count", "Total Failure Count") for row in history]
    assert rows == sorted(rows)
    assert rows[0] == (0, 0)
    assert rows[-1] == (locust["requests"], locust["failures"])
    assert {row["Name"] for row in history} == {"Aggregated"}


@pytest.mark.parametrize("victim", ["worker", "master"])
def test_a_trial_that_is_cut_short_has_its_files_so_far(victim: str) -> None:
    with running(CountingServer(answer())) as server, ExitStack() as stack:
        trial = Trial(stack, server.url, RAMP | {"step_s": 5, "duration_s": 12}, 1)
        events = []
        for event in trial.events():
            events.append(event)
            if [e["event"] for e in events].count("tick") == 2 and event["event"] == "tick":
                dying = trial.master if victim == "master" else trial.workers[0]
                dying.send_signal(signal.SIGTERM)
        assert trial.master.wait(10) == 3
    assert events[-1]["event"] == "failed"
    tables = files(events)
    assert set(tables) == FILES
    _, aggregated = tables["locust_stats.csv"]
    assert counts(aggregated)[0] > 0
    assert len(tables["locust_stats_history.csv"]) >= 3
