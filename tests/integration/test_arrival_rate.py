"""Open loop with a server that stalls: latency counts from when a request was due."""

import asyncio
import time
from typing import Any

import pytest
from hdrh.histogram import HdrHistogram

from tests.integration.harness import RAMP, CountingServer, check_counts, run

RATE = 500
STALL_S = 0.2
OPEN: dict[str, Any] = RAMP | {
    "users": [8],
    "step_s": 0.5,
    "duration_s": 2,
    "open_s": 4,
    "open_rate": RATE,
}


class StallingServer(CountingServer):
    """Stalls all connections for 200 ms once a second, and remembers when it did."""

    def __init__(self) -> None:
        super().__init__()
        self.stalls: list[tuple[float, float]] = []
        self._next = time.time() + 1

    async def reply(self, writer: asyncio.StreamWriter) -> bool:
        """Answer, but stall before if it is time to."""
        begins = time.time()
        if begins >= self._next:
            time.sleep(STALL_S)  # blocks the whole event loop on purpose
            self.stalls.append((begins, time.time()))
            self._next = begins + 1
        return await super().reply(writer)


def of_phase(result: dict[str, Any], phase: str) -> dict[str, Any]:
    return next(step for step in result["steps"] if step["phase"] == phase)


def ms(histogram: str, percent: float) -> float:
    return float(HdrHistogram.decode(histogram).get_value_at_percentile(percent)) / 1000


def truth_ms(stalls: list[tuple[float, float]], begin: float, end: float) -> tuple[float, float]:
    """p99 and maximum of the times that requests at a constant rate wait for the stalls to end."""
    waits = []
    for n in range(int((end - begin) * RATE)):
        due = begin + n / RATE
        waits.append(max((till - due for since, till in stalls if since <= due < till), default=0))
    waits.sort()
    return waits[int(len(waits) * 0.99)] * 1000, waits[-1] * 1000


@pytest.mark.parametrize("workers", [1, 2])
def test_a_stall_counts_in_the_latency_of_all_requests_due_during_it(workers: int) -> None:
    server = StallingServer()
    result = run(server, workers=workers, ramp=OPEN)[-1]
    check_counts(result, server.requests)
    step = of_phase(result, "open")
    assert step["rate"] == RATE
    due = step["requests"] + step["unfinished"]
    assert due == pytest.approx(RATE * step["duration_s"], rel=0.02)

    end = step["started_at"] + step["duration_s"]
    p99_ms, max_ms = truth_ms(server.stalls, step["started_at"], end)
    assert ms(step["histogram"], 99) == pytest.approx(p99_ms, rel=0.05)
    assert ms(step["histogram"], 100) == pytest.approx(max_ms, rel=0.05)
    # With eight connections, eight requests are sent into each stall.
    assert ms(step["service_histogram"], 50) < 50
    assert ms(step["late_histogram"], 99) < 50


def test_the_closed_loop_hides_stalls() -> None:
    """The same server: of thousands of requests, only the few under way meet a stall."""
    server = StallingServer()
    hold = of_phase(run(server, ramp=OPEN | {"duration_s": 4, "open_s": 0})[-1], "hold")
    p99_ms, _ = truth_ms(server.stalls, hold["started_at"], hold["started_at"] + hold["duration_s"])
    assert p99_ms > 150
    assert ms(hold["histogram"], 99) < p99_ms / 5
    assert ms(hold["histogram"], 100) > 150
