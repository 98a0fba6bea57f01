"""Runs one comparison again and again, and prints a line for each: how often is the answer right?

    .venv/bin/python -m tests.benchmarks.series --times 8 --budget 60s --head here flask aiohttp
    .venv/bin/python -m tests.benchmarks.series --times 5 --budget 1m --slowed 200 flask

Services take turns. ``--slowed N`` compares with the slower image of `tests.benchmarks.slowed`. The
records stay in a folder below ``--results``, so that `tests.benchmarks.resampled` can read them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

from orchestrator.experiments.ab.document import RECORD, read
from tests.benchmarks.slowed import build, loop_us


def main() -> int:
    """Run the series; 1 if a comparison failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("services", nargs="+")
    parser.add_argument("--times", type=int, required=True, help="comparisons in all")
    parser.add_argument("--budget", default="60s")
    parser.add_argument("--base", default="here")
    parser.add_argument("--head", default="here")
    parser.add_argument("--slowed", type=int, metavar="TURNS")
    parser.add_argument("--by", default="cpu")
    parser.add_argument("--results", type=Path, required=True)
    wanted = parser.parse_args()
    answers: Counter[str] = Counter()
    times: list[float] = []
    for number in range(wanted.times):
        service = wanted.services[number % len(wanted.services)]
        head, loop = wanted.head, 0.0
        if wanted.slowed:
            image = build(service, wanted.slowed)
            head, loop = f"image:{image}", loop_us(image, wanted.slowed)
        found = compared(service, wanted.base, head, wanted.budget, wanted.by, wanted.results)
        answers[found["answer"] or "failed"] += 1
        times.append(found["seconds"])
        print(line(service, found), expected(wanted.results, loop), flush=True)
    print(dict(answers), f"median {median(times):.0f} s")
    return 1 if answers["failed"] else 0


def compared(
    service: str, base: str, head: str, budget: str, by: str, results: Path
) -> dict[str, Any]:
    """What ``lab ab --json`` prints."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "orchestrator", "ab", service, "--json"),
            *("--base", base, "--head", head, "--budget", budget, "--by", by),
            *("--results", str(results)),
        ],
        capture_output=True,
        check=False,
        text=True,
    )
    if done.returncode not in (0, 1, 2):
        raise SystemExit(done.stderr)
    printed: dict[str, Any] = json.loads(done.stdout)
    return printed


def line(service: str, found: dict[str, Any]) -> str:
    """One comparison in a line."""
    if found["answer"] is None:
        return f"{service:10} failed: {found['failure']}"
    numbers = " ".join(f"{_number(found[key])}" for key in ("ratio", "low", "high"))
    spread = " ".join(f"{_number(found[key])}" for key in ("aa_low", "aa_high"))
    return (
        f"{service:10} {found['answer']:9} {numbers}  A/A {spread}  "
        f"{found['launches']:3} launches {found['seconds']:.0f} s"
    )


def expected(results: Path, loop_us: float) -> str:
    """The true ratio of CPU time in the last comparison, from the loop's own time."""
    last = max(results.glob(f"*/{RECORD}"), key=lambda path: path.stat().st_mtime)
    record = read(last.read_bytes(), str(last))
    costs = [one.base_us for launch in record.launches for one in launch.slices]
    return f" loop {1 + loop_us / median(costs):.4f}" if loop_us and costs else ""


def _number(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else "     -"


if __name__ == "__main__":
    sys.exit(main())
