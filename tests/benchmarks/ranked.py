"""Ranks of the same data by disjoint ranges of repeats (the older rule) and by Tukey's test.

    .venv/bin/python -m tests.benchmarks.ranked                  # the runs in results/
    .venv/bin/python -m tests.benchmarks.ranked results/RUN ...  # any others

Neighbours are two services that follow one another in the order of their medians. A range is a
rank that is not one number.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import exp
from pathlib import Path

from orchestrator.stats.interval import CPU_MARGIN, MARGIN, Interval, interval
from orchestrator.stats.ranks import ranks
from orchestrator.stats.tukey import intervals
from tests.benchmarks.repeated import Repeated, repeated


def main() -> int:
    """Print both countings for every workload with complete repeats."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("runs", type=Path, nargs="*", help="folders of runs; default: results/")
    print("| run | rule | neighbours told apart | pairs told apart | ranges left | ranks |")
    print("|---|---|---:|---:|---:|---|")
    for one in repeated(parser.parse_args().runs):
        for rule, known in _rules(one):
            print(f"| {one.name} | {rule} | {_counted(known, least_first=one.faster < 0)} |")
    return 0


def _rules(one: Repeated) -> Iterator[tuple[str, Mapping[str, Interval]]]:
    values = {
        service: [(cell.repeat, exp(cell.value)) for cell in cells]
        for service, cells in one.rows.items()
    }
    margin = MARGIN if one.faster > 0 else CPU_MARGIN
    yield (
        "ranges",
        {
            service: interval([value for _, value in pairs], margin=margin)
            for service, pairs in values.items()
        },
    )
    yield "Tukey", intervals(values, margin=margin)


def _counted(known: Mapping[str, Interval], *, least_first: bool) -> str:
    places = ranks(known, known, least_first=least_first)
    order = sorted(known, key=lambda name: known[name].value, reverse=not least_first)
    beside = list(pairwise(order))
    every = [(one, other) for n, one in enumerate(order) for other in order[n + 1 :]]
    spans = [places[name] for name in order]
    left = sum(best != worst for best, worst in spans)
    shown = " ".join(f"{b}" if b == w else f"{b}-{w}" for b, w in spans)
    told = f"{_told(known, beside)} of {len(beside)} | {_told(known, every)} of {len(every)}"
    return f"{told} | {left} of {len(order)} | {shown}"


def _told(known: Mapping[str, Interval], pairs: Sequence[tuple[str, str]]) -> int:
    return sum(
        known[one].above(known[other]) or known[other].above(known[one]) for one, other in pairs
    )


if __name__ == "__main__":
    sys.exit(main())
