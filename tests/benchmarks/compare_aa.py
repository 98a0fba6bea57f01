"""Compares halves of the same data again and again, and counts rows that are called different.

    .venv/bin/python -m tests.benchmarks.compare_aa results --times 2000

Each comparison is one of equals (A/A): the repeats of every row are divided at random into a base
and a head, and compared as `lab compare` does. Every row that is called faster or slower is wrong.
About 1 in 100 may be, since the intervals are at 99 %. Beside the records there are generated rows:
normal logarithms; heavy tails (Student's t with 3 degrees of freedom, and a tenth of the values
disturbed by a factor); and rows that vary by different amounts, which the pooled spread assumes
they do not.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from orchestrator.app.compare import comparable_of, run_of
from orchestrator.compare.compared import compared
from orchestrator.errors import LabError
from orchestrator.model.comparable import Comparable, ComparableRow, Quantity
from orchestrator.stats.answer import Answer

LEAST = 2
"""Repeats of a row that can be divided."""
ROWS = 18
"""Rows of a generated record: nine services, two workloads."""
SIZES = ((1, 1), (1, 2), (2, 2), (3, 3), (4, 8), (5, 5), (8, 8), (20, 20))
"""Values on both sides of a generated row."""
WRONG = {Answer.FASTER, Answer.SLOWER}
Values = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Values]


def normal(draw: np.random.Generator, count: int) -> Values:
    """Normal logarithms, 10 %."""
    return draw.normal(0, 0.1, count)


def heavy(draw: np.random.Generator, count: int) -> Values:
    """Student's t with 3 degrees of freedom."""
    found: Values = 0.1 * draw.standard_t(3, count)
    return found


def disturbed(draw: np.random.Generator, count: int) -> Values:
    """A tenth of the values is larger by a factor of 1.5."""
    found: Values = draw.normal(0, 0.05, count) + np.log(1.5) * (draw.random(count) < 0.1)
    return found


KINDS: dict[str, Draw] = {"normal": normal, "heavy tails": heavy, "disturbed": disturbed}


def main() -> int:
    """Print, for each kind of data, how many rows were called faster or slower."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("results", type=Path, nargs="?", help="a folder with runs")
    parser.add_argument("--times", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    draw = np.random.default_rng(wanted.seed)
    if wanted.results:
        of_records(wanted.results, wanted.times, draw)
    for name, kind in KINDS.items():
        for base, head in SIZES:
            title = f"generated, {name}, {base} and {head} values"
            counted(title, wanted.times, partial(generated, kind, base, head, draw))
    title, unlike = "generated, normal, 2 % to 18 %, 3 and 3 values", np.linspace(0.2, 1.8, ROWS)
    counted(title, wanted.times, partial(generated, normal, 3, 3, draw, unlike))
    return 0


def of_records(results: Path, times: int, draw: np.random.Generator) -> None:
    """Count the rows of each record below a folder, and of all together."""
    found = Counter[Answer]()
    for record in records(results):
        found += counted(record.run_id, times, partial(halves, record, draw))
    print(f"all records: {line(found)}")


def records(results: Path) -> Iterator[Comparable]:
    """The records below a folder that have a row with several repeats."""
    for path in sorted(results.iterdir()):
        with suppress(LabError):  # not a run, or of a kind that is not compared
            record = comparable_of(run_of(results, path.name))
            if any(len(row.values) >= LEAST for row in record.rows):
                yield record


def counted(
    title: str, times: int, pair: Callable[[], tuple[Comparable, Comparable]]
) -> Counter[Answer]:
    """Compare this many pairs; print the answers of their rows, quantity by quantity."""
    answers: dict[str, Counter[Answer]] = {}
    for _ in range(times):
        for row in compared(*pair()).rows:
            if row.answer is not None:
                answers.setdefault(row.quantity.name, Counter())[row.answer] += 1
    for quantity, found in answers.items():
        of = f", {quantity}" if len(answers) > 1 else ""
        print(f"{title}{of}: {line(found)}", flush=True)
    return sum(answers.values(), Counter[Answer]())


def line(found: Counter[Answer]) -> str:
    """How many rows are wrong, of how many."""
    wrong, of = sum(found[answer] for answer in WRONG), found.total()
    return f"{wrong} of {of} rows = {wrong / of:.2%}" if of else "no rows"


def halves(record: Comparable, draw: np.random.Generator) -> tuple[Comparable, Comparable]:
    """Divide the repeats of each row at random into two halves, as if they were two records."""
    divided = [_halves(row, draw) for row in record.rows if len(row.values) >= LEAST]
    base, head = ([pair[side] for pair in divided] for side in (0, 1))
    return (
        replace(record, rows=tuple(base)),
        replace(record, rows=tuple(head), run_id=f"{record.run_id}-again"),
    )


def generated(
    kind: Draw,
    base: int,
    head: int,
    draw: np.random.Generator,
    scales: Values | None = None,
) -> tuple[Comparable, Comparable]:
    """Two records of equal services with so many values in each row."""
    scales = np.ones(ROWS) if scales is None else scales
    return _record("one", kind, base, draw, scales), _record("other", kind, head, draw, scales)


def _halves(row: ComparableRow, draw: np.random.Generator) -> tuple[ComparableRow, ComparableRow]:
    mixed = [float(value) for value in draw.permutation(row.values)]
    middle = len(mixed) // 2
    return replace(row, values=tuple(mixed[:middle])), replace(row, values=tuple(mixed[middle:]))


def _record(
    name: str, kind: Draw, count: int, draw: np.random.Generator, scales: Values
) -> Comparable:
    quantity = Quantity(name="generated", title="generated", unit="", less_is_faster=True)
    rows = tuple(
        ComparableRow(
            service=f"service-{number}",
            workload="json",
            quantity=quantity,
            values=tuple(map(float, np.exp(scale * kind(draw, count)))),
        )
        for number, scale in enumerate(scales)
    )
    return Comparable(
        experiment="run",
        run_id=name,
        started_at="2026-01-01T00:00:00Z",
        conditions={},
        circumstances={},
        rows=rows,
    )


if __name__ == "__main__":
    sys.exit(main())
