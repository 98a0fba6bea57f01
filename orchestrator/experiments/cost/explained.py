"""What stands beside a cost table: its summary, how to read it, where it was measured, doubts."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.doubts.host import of_bases, of_run, sentences
from orchestrator.doubts.launches import of_launches
from orchestrator.durations import clock_time
from orchestrator.experiments.cost.record import CostRecord
from orchestrator.experiments.cost.rows import cost_rows, why
from orchestrator.experiments.cost.taxes_explained import reading_taxes
from orchestrator.experiments.cost.words import so_far, told_apart
from orchestrator.model.catalogue import described
from orchestrator.model.together import REFERENCE
from orchestrator.report.column import three_digits
from orchestrator.report.place import where
from orchestrator.stats.launches import cpu_us

HEADING = "What a request costs: all services at once"


def summary(record: CostRecord) -> str:
    """The result in one sentence, without its full stop."""
    if record.failure is not None:
        return f"Not measured to its end: {record.failure.service} {why(record.failure)}"
    apart = told_apart(record)
    return f"{so_far(record)}; {apart}" if apart else so_far(record)


def consequences(record: CostRecord) -> Iterator[str]:
    """The set that was measured, and which of its services have no numbers, and why."""
    if of_set := described(record.settings.set_name):
        bases = " The bases of its services took part, too." if record.settings.bases else ""
        yield f"{of_set}{bases}"
    for row in cost_rows(record):
        if row.relative is None:
            yield f"{record.part(row.service).name}, {row.workload}: {row.note}."


def reading(record: CostRecord) -> Iterator[str]:
    """How to read the tables, in sentences."""
    yield (
        "In each launch new containers of all services and of the reference share one CPU. The "
        "load sends all of them the same number of requests, mixed at random, at one common rate "
        "that leaves the CPU time to spare."
    )
    yield (
        "Relative cost: the CPU time of a service for a request, divided by that of the reference "
        "in the same slices. The reference is a server without a framework, which sends a "
        "ready-made answer. Runs can be compared through it: `lab compare` also takes out what the "
        "speed of the machine changes."
    )
    yield (
        "The interval is Student's, over launches. CPU µs/request is the same cost in "
        "microseconds; it drifts with the machine far more than the relative cost does."
    )
    yield (
        "Rank 1 costs least. Two services have different ranks only if their paired launches tell "
        "them apart; in at most 5 of 100 tables is any of these ranks wrong by chance."
    )
    yield (
        "CPU time alone is measured. How many connections a service bears, and how long an answer "
        "waits under full load, `lab run` shows."
    )
    yield from reading_taxes(record)


def circumstances(record: CostRecord) -> Iterator[str]:
    """Where and how it was measured, in lines."""
    yield from where(record.host, record.layout, python=record.settings.python)
    for together in record.together:
        if together.requests is not None and together.rate is not None:
            text = (
                f"{together.workload}: {together.requests:,} requests to each server in each "
                f"slice, {together.rate:,.0f} requests/s together"
            )
            reference = cpu_us(together, REFERENCE)
            cost = f"; the reference: {three_digits(reference)} µs/request" if reference else ""
            yield f"{text}{cost}"
    settings = record.settings
    yield f"budget {clock_time(settings.budget_s)}, seed {settings.seed}"


def caveats(record: CostRecord) -> Iterator[str]:
    """What a reader must know to interpret the table, in words. Text is not escaped."""
    yield from sentences(of_run(record.host, record.layout, record.neighbours))
    for together in record.together:
        for text in of_launches(together.launches):
            yield f"{together.workload}: {text[0].lower()}{text[1:]}"
        for once in together.failed_once:
            yield (
                f"{together.workload}: a launch was made again, because requests to "
                f"{record.part(once.service).name} failed: {once.reason}."
            )
    yield from sentences(of_bases((part.base_image, part.name) for part in record.parts))
    pythons = {part.python for part in record.parts if part.python}
    if len(pythons) > 1:
        yield (
            "Not all services run on the same Python, so their costs are also those of their "
            "Pythons."
        )
