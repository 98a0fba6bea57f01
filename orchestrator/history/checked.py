"""What must hold for all lines of a history's file together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orchestrator.errors import UsageError
from orchestrator.history.run import KeptRun, in_time


def checked(numbered: Sequence[tuple[int, KeptRun]], where: str) -> tuple[KeptRun, ...]:
    """The runs in order of time.

    Args:
        numbered: each with the number of its line.
        where: the file, for messages.

    Raises:
        UsageError: a run is there twice, or a line is not consistent; lists all such lines.
    """
    problems, lines = list[str](), dict[str, int]()
    for number, run in numbered:
        at = f"{where}, line {number}"
        if run.run in lines:
            problems.append(f"{at}: {run.run} is in line {lines[run.run]}, too; delete one of them")
        lines.setdefault(run.run, number)
        problems += [f"{at}: {problem}" for problem in _problems(run)]
    if problems:
        raise UsageError(problems)
    return in_time([run for _, run in numbered])


def _problems(run: KeptRun) -> Iterator[str]:
    names = [quantity.name for quantity in run.quantities]
    if len(set(names)) < len(names):
        yield "a quantity is described twice"
    seen = set[tuple[str, str, str]]()
    for row in run.rows:
        key = row.service, row.workload, row.quantity
        called = " ".join(key)
        if key in seen:
            yield f"{called} is there twice"
        seen.add(key)
        if row.quantity not in names:
            yield f"{called}: the line does not describe this quantity"
        if (row.low is None) != (row.high is None) or not (
            (row.low or row.value) <= row.value <= (row.high or row.value)
        ):
            yield f"{called}: its value is not within its interval"
