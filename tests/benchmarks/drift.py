"""Does a correction for the machine's drift make repeats vary less, and is it right to use it?

    .venv/bin/python -m tests.benchmarks.drift                  # the runs in results/
    .venv/bin/python -m tests.benchmarks.drift results/RUN ...  # any others

For each workload it prints the standard deviation of the logarithms of repeats, without and with
each correction, and the ratio of the two with a 95 % interval. For the load's CPU time and for
steal the interval is a bootstrap over rows (percentiles). For the effect of blocks it is that of
the variance ratio in a random effects model (Montgomery, 8th edition, 3.9.3). Levene's test (with
medians: Brown and Forsythe 1974) says whether services vary alike.

The A/A check makes runs in which nothing differs: each row without its mean, and in each block the
rows in a random order. It prints how often each way calls any pair different, and the smallest
ratio that it would have called different.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from math import exp, sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orchestrator.stats.interval import interval
from orchestrator.stats.layout import Layout, fitted
from orchestrator.stats.tukey import ERROR, point
from tests.benchmarks.repeated import Cell, Repeated, repeated

Array = NDArray[np.float64]
Find = Callable[[Cell], float | None]
RESAMPLES = 4000


def main() -> int:
    """Print both tables for every workload with complete repeats."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("runs", type=Path, nargs="*", help="folders of runs; default: results/")
    parser.add_argument("--datasets", type=int, default=4000, help="A/A runs for each workload")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    draw = np.random.default_rng(wanted.seed)
    seen: dict[str, list[Array]] = {}
    for one in repeated(wanted.runs):
        print(f"\n{one.name}: {len(one.rows)} services")
        values = np.array([[cell.value for cell in row] for row in one.rows.values()])
        load = _table(one, lambda cell: cell.load)
        left = _table(one, lambda cell: cell.left)
        corrected = None if load is None else values + one.faster * load
        _deviations(values, corrected, None if left is None else values - one.faster * left, draw)
        print(f"  services vary alike: p = {alike(list(values)):.2f} (Levene)")
        if load is not None:
            means = np.exp(load.mean(axis=1))
            print(
                f"  load CPU for a request: {means.max() / means.min():.1f}-fold between services"
            )
        _again(values, corrected, draw, wanted.datasets)
        for service, row in zip(one.rows, values, strict=True):
            seen.setdefault(service, []).append((row - row.mean()) / deviation(values))
    if seen:
        _unequal(seen, draw, wanted.datasets)
    return 0


def alike(rows: list[Array]) -> float:
    """The probability of such rows, by Levene's test, if all have the same variance."""
    from scipy.stats import levene

    return float(levene(*rows, center="median").pvalue)


def _table(one: Repeated, find: Find) -> Array | None:
    """A row for each service and a column for each repeat; None if any value is unknown."""
    found = [[find(cell) for cell in cells] for cells in one.rows.values()]
    unknown = any(value is None for row in found for value in row)
    return None if unknown else np.array(found, dtype=float)


def _deviations(
    values: Array, load: Array | None, left: Array | None, draw: np.random.Generator
) -> None:
    before = deviation(values)
    print(f"  none         {before:6.1%}")
    for name, after in (("load CPU", load), ("steal", left)):
        if after is None:
            print(f"  {name:<12} unknown in this run")
            continue
        drawn = [draw.integers(len(values), size=len(values)) for _ in range(RESAMPLES)]
        ratios = [deviation(after[rows]) / deviation(values[rows]) for rows in drawn]
        low, high = np.percentile(ratios, [2.5, 97.5])
        ratio = deviation(after) / before
        print(f"  {name:<12} {deviation(after):6.1%}  ratio {ratio:.2f} ({low:.2f} to {high:.2f})")
    ratio, low, high, chance = block_effect(values)
    fit = fitted(layout(values))
    print(
        f"  block effect {fit.deviation:6.1%}  ratio {ratio:.2f} ({low:.2f} to {high:.2f}), "
        f"p = {chance:.3f} that blocks are alike"
    )


def deviation(values: Array) -> float:
    """The standard deviation within rows."""
    return float(np.sqrt(values.var(axis=1, ddof=1).mean()))


def block_effect(values: Array) -> tuple[float, float, float, float]:
    """How much the effect of blocks explains: the residuals' deviation / that of values of a row.

    Returns the ratio, its interval, and the probability of such a table if blocks have no effect.
    """
    from scipy.stats import f

    rows, blocks = values.shape
    chance = fitted(layout(values))
    between = rows * float(values.mean(axis=0).var(ddof=1))
    statistic = between / (chance.deviation or 1.0) ** 2
    low, high = f.ppf([0.025, 0.975], blocks - 1, chance.freedom)
    shares = [max(0.0, (statistic / by - 1) / rows) for by in (1.0, low, high)]
    ratio, least, most = (1 / sqrt(1 + share) for share in shares)
    return ratio, least, most, float(f.sf(statistic, blocks - 1, chance.freedom))


def layout(values: Array) -> Layout:
    """A table as a layout: rows are names, columns blocks."""
    return {str(n): list(enumerate(map(float, row))) for n, row in enumerate(values)}


def _again(values: Array, corrected: Array | None, draw: np.random.Generator, count: int) -> None:
    ways: list[tuple[str, Array, Callable[[Array], float]]] = [
        ("disjoint ranges", values, ranges_reach),
        ("Tukey without blocks", values, lambda table: tukey_reach(table, blocks=False)),
        ("Tukey with blocks", values, tukey_reach),
    ]
    if corrected is not None:
        ways.append(("Tukey with blocks, load CPU", corrected, tukey_reach))
    for name, table, reach in ways:
        alone = table - table.mean(axis=1, keepdims=True)
        sets = [draw.permuted(alone, axis=0) for _ in range(count)]
        wrong = sum(_told(one, reach(one)) for one in sets) / count
        error = 1.96 * sqrt(wrong * (1 - wrong) / count)
        smallest = exp(reach(table)) if reach is not ranges_reach else None
        told = f", tells ratios from {smallest:.2f} on" if smallest else ""
        print(f"  A/A {name:<28} wrong in {wrong:5.1%} +- {error:.1%} (at most {ERROR:.0%}){told}")


def _unequal(seen: dict[str, list[Array]], draw: np.random.Generator, count: int) -> None:
    """What it would cost if the services really vary as differently as they did here."""
    print("\ndeviation of each service / that of all, over all of these tables:")
    own = []
    for service, rows in sorted(seen.items()):
        squares = sum(float(row @ row) for row in rows) / sum(len(row) - 1 for row in rows)
        own.append(sqrt(squares))
        print(f"  {service:<10} {own[-1]:.2f}")
    sets = [draw.normal(size=(len(own), 3)) * np.array(own)[:, np.newaxis] for _ in range(count)]
    wrong = sum(_told(one, tukey_reach(one)) for one in sets) / count
    print(f"  normal values with these deviations, three repeats: wrong in {wrong:.1%}")


def ranges_reach(table: Array) -> float:
    """0 if the ranges of any two rows are disjoint, else no reach: the older rule."""
    ends = [interval([exp(value) for value in row]) for row in table]
    return 0.0 if any(one.above(other) for one in ends for other in ends) else np.inf


def tukey_reach(table: Array, *, blocks: bool = True) -> float:
    """The difference of two rows' means from which on they differ."""
    chance = fitted(layout(table), blocks=blocks)
    return point(len(table), chance.freedom) * (chance.deviation or 0.0) / sqrt(table.shape[1])


def _told(table: Array, reach: float) -> bool:
    means = table.mean(axis=1)
    return bool(means.max() - means.min() > reach)


if __name__ == "__main__":
    sys.exit(main())
