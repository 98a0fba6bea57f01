"""Compares framework taxes by CPU time with those by instructions: are they in the same order?

    .venv/bin/python -m tests.benchmarks.taxes results/cost-RUN results/instructions-RUN

It takes a record of `lab cost` and one of `lab instructions` of the same services, and prints each
tax of both, the ranks, and Spearman's rank correlation for the workload that was counted. Two taxes
whose order differs are named with both intervals: those that overlap are no contradiction.
Instructions are those in user space alone, and CPU time has the kernel in it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path

from scipy.stats import spearmanr

from orchestrator.experiments.cost import document as of_cost
from orchestrator.experiments.cost.taxes import frameworks as by_cpu
from orchestrator.experiments.instructions import document as of_instructions
from orchestrator.experiments.instructions.taxes import frameworks as by_instructions
from orchestrator.stats.taxes import Tax

LEAST = 3
"""Taxes for a correlation."""
Taxes = Mapping[str, Tax]


def main() -> int:
    """Print both orders; exit code 1 if the certain ones contradict each other."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("cost", type=Path, help="the folder of a cost table")
    parser.add_argument("instructions", type=Path, help="the folder of counted instructions")
    wanted = parser.parse_args()
    costs = of_cost.read((wanted.cost / of_cost.RECORD).read_bytes(), str(wanted.cost))
    counts = of_instructions.read(
        (wanted.instructions / of_instructions.RECORD).read_bytes(), str(wanted.instructions)
    )
    workload = counts.settings.workload
    together = next((one for one in costs.together if one.workload == workload), None)
    if together is None:
        parser.error(f"{wanted.cost} has not measured {workload}")
    cpu = {row.service: row.tax for row in by_cpu(costs, together)}
    instructions = {row.service: row.tax for row in by_instructions(counts)}
    both = [name for name in cpu if name in instructions]
    if len(both) < LEAST:
        parser.error(f"only {len(both)} services have a framework tax in both records")
    cpu, instructions = ({name: of[name] for name in both} for of in (cpu, instructions))
    return show(cpu, instructions)


def show(cpu: Taxes, instructions: Taxes) -> int:
    """Print ranks, correlation and contradictions; 1 if there is one."""
    ranks = [_ranks(cpu), _ranks(instructions)]
    print("| service | CPU: rank | times the reference | instructions: rank | more |")
    print("|---|---:|---:|---:|---:|")
    for name in sorted(cpu, key=ranks[0].__getitem__):
        cost, count = cpu[name], instructions[name]
        print(
            f"| {name} | {ranks[0][name]} | {cost.difference:+.3f} | {ranks[1][name]} "
            f"| {count.difference:+,.0f} |"
        )
    found = spearmanr(*([taxes[name].difference for name in cpu] for taxes in (cpu, instructions)))
    print(f"\nSpearman's rank correlation of {len(cpu)} taxes: {found.statistic:.3f}")
    certain = 0
    for one, other, sure in contradictions(cpu, instructions):
        certain += sure
        words = "both intervals exclude it" if sure else "within the intervals"
        print(f"another order: {one}, {other} ({words})")
    return 1 if certain else 0


def contradictions(cpu: Taxes, instructions: Taxes) -> Iterator[tuple[str, str, bool]]:
    """Pairs of services in another order, and whether neither pair of intervals overlaps."""
    for one, other in combinations(cpu, 2):
        by_cpu_less = cpu[one].difference < cpu[other].difference
        by_count_less = instructions[one].difference < instructions[other].difference
        if by_cpu_less != by_count_less:
            yield one, other, all(_apart(of[one], of[other]) for of in (cpu, instructions))


def _apart(one: Tax, other: Tax) -> bool:
    if one.low is None or one.high is None or other.low is None or other.high is None:
        return False
    return one.high < other.low or other.high < one.low


def _ranks(taxes: Taxes) -> dict[str, int]:
    ordered = sorted(taxes, key=lambda name: taxes[name].difference)
    return {name: rank for rank, name in enumerate(ordered, 1)}


if __name__ == "__main__":
    sys.exit(main())
