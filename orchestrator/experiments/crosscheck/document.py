"""A cross-check's files, made only from its record: a page to read, and the record as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from orchestrator.codec import decoded_of_schema, readable
from orchestrator.doubts.host import PAIRS_LEAST, of_bases, of_pairs, of_run, sentences
from orchestrator.doubts.kind import Doubt
from orchestrator.experiments.crosscheck.record import (
    CROSSCHECK_SCHEMA,
    OLDEST_SCHEMA,
    CrossCheck,
    CrossCheckSettings,
)
from orchestrator.experiments.crosscheck.tables import counts, rates, service_rows
from orchestrator.json_text import indented
from orchestrator.model.catalogue import described
from orchestrator.report.place import where
from orchestrator.report.small_document import items, state
from orchestrator.report.table import code, markdown, one_line
from orchestrator.words import printable

OLD_RATES_EXPLAINED = """\
The lab's own client (one Locust worker) and wrk (one thread) take turns on the same server. They
alternate in going first. The ratio is the median of the pairs' ratios of successes per second.
"Within 5 %" applies to this median; the interval beside it says how certain the median is.
"""
RATES_EXPLAINED = """\
The lab's own client (one Locust worker) and wrk (one thread) take turns on the same server. They
alternate in going first. Each slice begins without connections, and the next one waits until the
server has none left. The ratio is the median of the pairs' ratios of successes per second, and the
interval says how certain it is. "Within 5 %" applies to the median.
"""
COUNTS_EXPLAINED = """\
Each client has one more slice, which is not timed. During it the kernel counts, in the server's
network namespace, the TCP segments that bring a request (`loadgen/crosscheck/requests.nft`). It
must have seen every request that was answered, and no more than those that were answered or under
way at the end. "exactly" means that it saw all requests that had begun. wrk does not report how
many were under way: at most one for each connection. In this slice wrk compares the status and body
of every answer with the contract.
"""


RECORD, PAGE = "crosscheck.json", "crosscheck.md"
LATER_SETTINGS = ("set_name", "python")
"""Older records of schema 2 lack these; None is left out, so that their files stay equal."""


def crosscheck_files(record: CrossCheck) -> dict[str, bytes]:
    """File name -> content. The JSON holds every slice, and the rows derived from them."""
    rows = [{**asdict(row), "counts_agree": row.counts_agree} for row in service_rows(record)]
    document = {**readable(record), "rows": rows}
    if not record.short_slices:
        _without_later_fields(document)
    for name in LATER_SETTINGS:
        if document["settings"][name] is None:
            del document["settings"][name]
    return {
        RECORD: indented(document).encode(),
        PAGE: printable("\n".join(_document(record))).encode(),
    }


def read(text: bytes, where: str) -> CrossCheck:
    """Decode the record from its JSON.

    Raises:
        UsageError: it is not a cross-check of this schema; names ``where``.
    """
    return decoded_of_schema(
        text, CrossCheck, where, "cross-check", newest=CROSSCHECK_SCHEMA, oldest=OLDEST_SCHEMA
    )


def _document(record: CrossCheck) -> Iterator[str]:
    settings = record.settings
    yield f"# Cross-check {record.run_id}\n"
    yield f"{code(record.command)}, started {record.started_at}{state(record)}.\n"
    if of_set := described(settings.set_name):
        yield f"{of_set}\n"
    yield f"For each service: {_how_many(settings)} of slices of {settings.seconds:g} s,"
    yield f"{settings.connections} connections, workload {settings.workload},"
    yield f"the lab's client: {settings.client}.\n"
    yield RATES_EXPLAINED if record.short_slices else OLD_RATES_EXPLAINED
    yield markdown(rates(record))
    yield f"## {counts(record).title}\n"
    yield COUNTS_EXPLAINED
    yield markdown(counts(record))
    yield "## Where\n"
    at = where(record.host, record.layout, python=settings.python)
    yield from (f"- {one_line(line)}" for line in at)
    yield f"- {one_line(', '.join(record.tools))}\n"
    yield from items("Caveats", caveats(record))


def _how_many(settings: CrossCheckSettings) -> str:
    if settings.pairs is not None:
        return f"{settings.pairs} pairs"
    within, budget_s = (settings.within or 0) * 100, settings.budget_s or 0
    return f"until the interval is within {within:g} %, but at most {budget_s:g} s, pairs"


def _without_later_fields(document: dict[str, Any]) -> None:
    """What a record of schema 1 does not have; so its file stays what it was."""
    slices = [
        pair["wrk"]
        for check in document["services"]
        for pair in (*check["pairs"], check["counted"])
        if pair is not None
    ]
    for place, names in (
        (slices, ("setup_s",)),
        ([document["settings"]], ("within", "budget_s")),
        (document["services"], ("seconds",)),
        (document["rows"], ("pairs", "seconds", "alike")),
    ):
        for one in place:
            for name in names:
                del one[name]


def caveats(record: CrossCheck) -> list[str]:
    """What a reader must know to interpret the rows, in words."""
    return [
        "Each client has one CPU. On it the lab also runs its Locust master, and its worker"
        " compares every answer with the contract. In a timed slice wrk looks only at the status,"
        " and accepts every status below 400.",
        "Where the server is the limit, both clients measure the server, and the ratio says nothing"
        " about their own speed. The idle share of the lab's worker shows how much time it had"
        " left.",
        *sentences(_of_host(record)),
        *_of_services(record),
    ]


def _of_host(record: CrossCheck) -> Iterator[Doubt]:
    measured = [len(check.pairs) for check in record.services if check.pairs]
    yield from of_pairs(min(measured, default=PAIRS_LEAST))
    neighbours = [one_line(name) for name in record.neighbours]
    yield from of_run(record.host, record.layout, neighbours)


def _of_services(record: CrossCheck) -> Iterator[str]:
    for check in record.services:
        if check.reason:
            why = one_line(f"{check.name}: {check.reason}")
            yield f"{why} (after {len(check.pairs)} pairs)"
        if without := sum(pair.wrk.rps is None for pair in check.pairs):
            yield (
                f"{one_line(check.name)}: in {without} of {len(check.pairs)} pairs wrk has no rate,"
                " because it could not be told when all its connections existed; give fewer"
                " --connections, or repeat the run when the machine is quieter"
            )
    built = [(one_line(one.base or ""), one_line(one.name)) for one in record.services]
    yield from sentences(of_bases(built))
