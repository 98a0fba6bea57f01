"""What the load generator's engine needs for a request of each workload, from records of runs.

    .venv/bin/python -m tests.benchmarks.engine_time results/RUN ... --service japronto

While a service is held, the engine is busy for 1 - `loadgen_idle` of the time. Divided by the rate,
that is its time for a request, from which follows the rate that it could send. A fast service tells
it best: for a slow one the engine handles fewer answers each time that it wakes up.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from labwire.phase import LoadPhase
from orchestrator.model.record import RunRecord
from orchestrator.model.trial import Step
from orchestrator.quantities import measured
from tests.benchmarks.repeated import records


def main() -> int:
    """Print a row for each workload that was held: medians of the repeats."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("runs", type=Path, nargs="+", help="folders of runs")
    parser.add_argument("--service", default="japronto", help="(default: japronto)")
    wanted = parser.parse_args()
    print("| workload | judged by | requests/s | idle | busy, µs/request | could send, 1/s |")
    print("|---|---|---:|---:|---:|---:|")
    for record in records(wanted.runs):
        for workload in record.settings.workloads:
            if holds := list(held(record, workload, wanted.service)):
                print(row(workload, record.contract[workload].judged_by, holds))
    return 0


def held(record: RunRecord, workload: str, service: str) -> Iterator[tuple[float, float]]:
    """Of each measured repeat: requests/s of the hold, and the share in which the engine idled."""
    for trial in measured(record, workload):
        holds: Iterator[Step] = (step for step in trial.steps if step.phase == LoadPhase.HOLD)
        hold = next(holds, None) if trial.service == service else None
        if hold is not None and hold.loadgen_idle is not None and hold.goodput_rps > 0:
            yield hold.goodput_rps, hold.loadgen_idle


def row(workload: str, judged_by: str, holds: Sequence[tuple[float, float]]) -> str:
    """The workload's line of the table; ``holds``: as `held` yields them."""
    rate, idle = (median(values) for values in zip(*holds, strict=True))
    each_us = median((1 - idle) / rate * 1e6 for rate, idle in holds)
    found = f"{rate:,.0f} | {idle:.0%} | {each_us:.1f} | {1e6 / each_us:,.0f}"
    return f"| `{workload}` | {judged_by} | {found} |"


if __name__ == "__main__":
    sys.exit(main())
