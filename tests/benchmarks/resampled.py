"""Resamples comparisons from the launches of comparisons of equal sides, and counts wrong answers.

    .venv/bin/python -m tests.benchmarks.resampled results/aa --comparisons 2000 --launches 20

For each resampled comparison, launches of one service are drawn with replacement from all that were
kept, and looked at one after the other as `lab ab` does. An answer other than `same` or `undecided`
is wrong. With ``--shift 0.02`` the head's cost is made 2 % higher, and finding that is right.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from orchestrator.experiments.ab.answer import found
from orchestrator.experiments.ab.document import RECORD, read
from orchestrator.experiments.ab.record import ABRecord, Launch
from orchestrator.stats.answer import Answer


def main() -> int:
    """Print the answers of the resampled comparisons."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("results", type=Path, help="a folder with comparisons")
    parser.add_argument("--comparisons", type=int, default=2000)
    parser.add_argument("--launches", type=int, default=20, help="the most of each comparison")
    parser.add_argument("--shift", type=float, default=0.0, help="the head's extra cost, a share")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    kept = [read(path.read_bytes(), str(path)) for path in wanted.results.glob(f"*/{RECORD}")]
    draw, answers, needed = random.Random(wanted.seed), Counter[str](), list[int]()
    services = sorted({record.settings.service for record in kept})
    for number in range(wanted.comparisons):
        service = services[number % len(services)]
        mine = [record for record in kept if record.settings.service == service]
        launches = [launch for record in mine for launch in record.launches]
        answer, count = resampled(mine[0], launches, wanted.launches, wanted.shift, draw)
        answers[answer] += 1
        needed.append(count)
    total = sum(len(record.launches) for record in kept)
    print(f"{total} launches of {', '.join(services)}, shift {wanted.shift:.1%}: {dict(answers)}")
    print(f"launches until the answer: median {sorted(needed)[len(needed) // 2]}")
    return 0


def resampled(
    record: ABRecord, launches: Sequence[Launch], most: int, shift: float, draw: random.Random
) -> tuple[Answer, int]:
    """A comparison's answer, and after how many launches it was known."""
    drawn = tuple(_shifted(draw.choice(launches), shift) for _ in range(most))
    for count in range(2, most + 1):
        known = found(replace(record, launches=drawn[:count]))
        if known is not None and known.known:
            return known.answer, count
    return Answer.UNDECIDED, most


def _shifted(launch: Launch, shift: float) -> Launch:
    """The launch with a dearer head."""
    factor = 1 + shift
    slices = tuple(replace(one, head_us=one.head_us * factor) for one in launch.slices)
    return replace(launch, slices=slices)


if __name__ == "__main__":
    sys.exit(main())
