"""Measures how often `lab history` finds what is there, and how often what is not.

    .venv/bin/python -m tests.benchmarks.change_points --lines 200

Every line goes the whole way: repeats of a run, the run's interval, the weights, the test. Sizes
are in standard deviations of a run's value, sigma.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from statistics import fmean, median

import numpy as np

from tests.benchmarks.nights import Nights, Values, line, places

ORDINARY = Nights()
NEAR = 2
"""A change point that is off by so many runs counts as found."""
NOISE = {
    "nights do not vary": Nights(night=0.0),
    "nights vary far more than repeats": Nights(night=0.05, repeat=0.005),
    "3 repeats": Nights(repeats=3),
    "1 repeat": Nights(repeats=1),
    "heavy tails (Student's t, 3 degrees of freedom)": Nights(freedom=3),
    "1 night of 20 disturbed by 8 sigma": Nights(wild=0.05),
    "neighbours alike, correlation 0.3": Nights(alike=0.3),
}
SHAPES = {
    "up and back": (0, 1, 0),
    "up and up": (0, 1, 2),
    "up and down": (0, 1, -1),
}


def main() -> int:
    """Print all characteristics."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lines", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    draw = np.random.default_rng(wanted.seed)
    print("lines without a change that show one")
    for runs in (10, 15, 30, 100, 365, 1000):
        share = false_alarms(runs, ORDINARY, wanted.lines, draw)
        print(f"  {runs:4} runs: {share:.1%}")
    for name, nights in NOISE.items():
        print(f"    30 runs, {name}: {false_alarms(30, nights, wanted.lines, draw):.1%}")
    print("two changes in 30 runs: both found within 2 runs, and none besides")
    for size in (1.5, 2.0, 3.0, 4.0):
        for name, shape in SHAPES.items():
            levels = np.repeat(shape, 10) * size
            right = both(levels, (10, 20), ORDINARY, wanted.lines, draw)
            print(f"  {size} sigma, {name}: {right:.1%}")
    for name, nights in NOISE.items():
        right = both(np.repeat((0, 3, 0), 10), (10, 20), nights, wanted.lines, draw)
        print(f"    3 sigma, up and back, {name}: {right:.1%}")
    share, inside, width = intervals(ORDINARY, wanted.lines, draw)
    print(f"intervals of changes by 3 sigma in 30 runs: the size is inside in {share:.1%},")
    print(f"  the place in {inside:.1%}, of which the interval has {width:.1f} runs on average")
    print("runs after a change by 3 sigma until it is found")
    for before in (10, 30, 100):
        print(f"  after {before} runs: median {delay(before, ORDINARY, wanted.lines // 4, draw)}")
    return 0


def false_alarms(runs: int, nights: Nights, lines: int, draw: np.random.Generator) -> float:
    """The share of lines without a change that show one."""
    return fmean(bool(line(nights.values(np.zeros(runs), draw)).changes) for _ in range(lines))


def both(
    levels: Values,
    true: tuple[int, int],
    nights: Nights,
    lines: int,
    draw: np.random.Generator,
) -> float:
    """The share of lines in which both changes are found, and none besides."""
    scaled = levels * nights.sigma
    return fmean(found_both(places(line(nights.values(scaled, draw))), true) for _ in range(lines))


def found_both(found: Sequence[int], true: Sequence[int]) -> bool:
    """Whether these are the true change points, each near its place."""
    return len(found) == len(true) and all(
        abs(one - other) <= NEAR for one, other in zip(found, true, strict=True)
    )


def intervals(nights: Nights, lines: int, draw: np.random.Generator) -> tuple[float, float, float]:
    """How often size and place are inside their intervals, and how many runs the place's has."""
    size = 3 * nights.sigma
    sizes, inside, widths = list[bool](), list[bool](), list[int]()
    for _ in range(lines):
        one = line(nights.values(np.repeat((0, size), 15), draw))
        if len(one.changes) == 1:
            (changed,) = one.changes
            order = [point.run.run for point in one.line.points]
            earliest, latest = (
                order.index(at.run.run) for at in (changed.earliest, changed.latest)
            )
            sizes.append(changed.low <= np.exp(size) <= changed.high)
            inside.append(earliest <= 15 <= latest)
            widths.append(latest - earliest + 1)
    return fmean(sizes), fmean(inside), fmean(widths)


def delay(before: int, nights: Nights, lines: int, draw: np.random.Generator) -> float:
    """After how many runs of the new level its change is found."""
    return median(_delay(before, nights, draw) for _ in range(lines))


def _delay(before: int, nights: Nights, draw: np.random.Generator) -> int:
    most = 40
    levels = np.repeat((0.0, 3 * nights.sigma), (before, most))
    values = nights.values(levels, draw)
    numbers = (after for after in range(1, most) if line(values[: before + after]).changes)
    return next(numbers, most)


if __name__ == "__main__":
    sys.exit(main())
