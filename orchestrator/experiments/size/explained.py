"""What stands beside the sizes: a summary, how to read them, where they were measured, doubts."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.doubts.host import of_bases, of_run, sentences
from orchestrator.experiments.size.record import SizeRecord
from orchestrator.experiments.size.rows import SizeRow, size_rows
from orchestrator.model.catalogue import described
from orchestrator.report.column import three_digits
from orchestrator.report.place import where

HEADING = "How much one such server can serve"


def summary(record: SizeRecord) -> str:
    """The result in one sentence, without its full stop."""
    known = [row for row in size_rows(record) if row.rate is not None]
    if not known:
        return "No rate is known that keeps the promise"
    best = max(known, key=lambda row: row.rate or 0.0)
    return (
        f"{promise(record)}: {best.name} can serve {three_digits(best.rate or 0.0)} requests/s"
        f"{_certain(best)}" + (f", the most of {len(known)}" if len(known) > 1 else "")
    )


def _certain(row: SizeRow) -> str:
    """How certain its rate is, in brackets; empty with one search."""
    if row.low is None or row.high is None:
        return ""
    return f" (95 % interval {three_digits(row.low)} to {three_digits(row.high)})"


def promise(record: SizeRecord) -> str:
    """The promise in words."""
    settings = record.settings
    return (
        f"99 of 100 requests answered within {settings.p99_s * 1000:g} ms, and at most "
        f"{settings.errors:.2%} failed"
    )


def consequences(record: SizeRecord) -> Iterator[str]:
    """The set that was measured, and what is to be known of its rows."""
    if of_set := described(record.settings.set_name):
        yield of_set
    for row in size_rows(record):
        if row.note:
            yield f"{row.name}: {row.note}."


def reading(record: SizeRecord) -> Iterator[str]:
    """How to read the table, in sentences."""
    settings = record.settings
    yield (
        "Each search has a new container. It tries arrival rates in the open loop: requests are "
        "due at equal distances, whether or not the server keeps up, and latency counts from then. "
        "The next rate lies between the highest that kept the promise and the lowest that did not, "
        "until they differ by 2 %. A rate that did not keep it is tried again before it counts, "
        "and the lowest of the missed ones a third time at the end."
    )
    yield (
        "Requests/s: the geometric mean of all searches. Low and High: its 95 % interval, if there "
        "are at least two."
    )
    yield (
        f"Users: who each send a request every {settings.every_s:g} s (`--every`). A month has 730 "
        "hours at this rate throughout. Traffic that has a peak needs the rate of its peak."
    )
    yield (
        "Closed loop: what 16 connections get that never pause. It promises nothing about latency."
    )


def circumstances(record: SizeRecord) -> Iterator[str]:
    """Where it was measured."""
    yield from where(record.host, record.layout, python=record.settings.python)
    settings = record.settings
    yield f"{settings.searches} searches of each service, seed {settings.seed}"


def caveats(record: SizeRecord) -> Iterator[str]:
    """The doubts about all rows."""
    yield from sentences(of_run(record.host, record.layout, record.neighbours))
    yield from sentences(of_bases((one.base or "", one.name) for one in record.services))
