"""The files of a run that counts instructions, made only from its record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from orchestrator.codec import decoded_of_schema, readable
from orchestrator.doubts.host import of_bases, of_run, sentences
from orchestrator.experiments.instructions.record import INSTRUCTIONS_SCHEMA, InstructionsRecord
from orchestrator.experiments.instructions.rows import correlation, count_rows
from orchestrator.experiments.instructions.tables import counts
from orchestrator.experiments.instructions.taxes import (
    has_bases,
    has_servers,
    has_taxes,
    members,
    tax_tables,
)
from orchestrator.json_text import indented
from orchestrator.model.catalogue import described
from orchestrator.model.counted_by import CountedBy
from orchestrator.report.place import steal_in_words, where
from orchestrator.report.small_document import items, sections, state
from orchestrator.report.table import code, markdown, one_line
from orchestrator.words import printable

EXPLAINED = """\
The server's instructions in user space for a request: of its program, of Python and of all
libraries, in all its processes and threads. **They do not see the kernel** (sockets, memory), **nor
stalls of memory** (a cache miss counts as much as a hit), **nor waiting**. So two services with as
many instructions may differ in speed. CPU time stands beside them: it sees the kernel and the
stalls, but drifts with the machine. Counts are for comparing two versions of one service, and
show differences of a fraction of a per cent.

Each count is that of a new container with a hash seed of Python (`PYTHONHASHSEED`), after requests
that are not counted. The range is that of the hash seeds' means. Compare counts under equal seeds.
"""
FRAMEWORK = """\
Framework tax: what a service needs more than its base, a function of a few lines without a
framework on the same server. Each interval is a 95 % interval of its own.
"""
SERVER = """\
Server tax: what the same application needs more than on the server that needs the least for it and
has the same interface. The intervals of one application's servers are right together in at least 95
of 100 tables (Bonferroni).
"""
TAXES = """\
Counts are paired by their hash seed, and the intervals of taxes are Student's over the seeds. A tax
in CPU time, which the kernel is in, is in the tables of `lab cost`.
"""
HOW = {
    CountedBy.CALLGRIND: "Counted by callgrind (valgrind), which runs programs on a simulated CPU.",
    CountedBy.PERF: "Counted by the CPU itself (`perf_event_open`).",
}

RECORD, PAGE = "instructions.json", "instructions.md"


def instructions_files(record: InstructionsRecord) -> dict[str, bytes]:
    """File name -> content. The JSON holds every count, and the rows derived from them."""
    rows = count_rows(record)
    document = {
        **readable(record),
        "rows": [asdict(row) for row in rows],
        "correlation": correlation(rows),
    }
    return {
        RECORD: indented(document).encode(),
        PAGE: printable("\n".join(_document(record))).encode(),
    }


def rows_document(record: InstructionsRecord) -> list[dict[str, Any]]:
    """What ``lab instructions --json`` prints: an object for each service."""
    return [
        {
            "service": row.service,
            "workload": record.settings.workload,
            "instructions_per_request": row.instructions_per_request,
            "low": row.low,
            "high": row.high,
            "requests": record.settings.requests,
            "seeds": row.seeds,
            "by": record.by,
            "repeat_spread": row.repeat_spread,
            "seed_spread": row.seed_spread,
            "cpu_us_per_request": row.cpu_us_per_request,
            "wall_s": row.wall_s,
            "note": row.note,
            "reason": row.reason,
            **members(record, row.service),
        }
        for row in count_rows(record)
    ]


def read(text: bytes, where: str) -> InstructionsRecord:
    """Decode the record from its JSON.

    Raises:
        UsageError: it does not count instructions by this schema; names ``where``.
    """
    return decoded_of_schema(
        text, InstructionsRecord, where, "record of instructions", newest=INSTRUCTIONS_SCHEMA
    )


def _document(record: InstructionsRecord) -> Iterator[str]:
    yield f"# Instructions {record.run_id}\n"
    yield f"{code(record.command)}, started {record.started_at}{state(record)}.\n"
    if of_set := described(record.settings.set_name):
        yield f"{of_set}\n"
    yield markdown(counts(record))
    yield EXPLAINED
    if record.by is not None:
        yield f"{HOW[record.by]}\n"
    if (known := correlation(count_rows(record))) is not None:
        yield f"Correlation with CPU time (logarithms, over the services): {known:.2f}.\n"
    yield from sections(tax_tables(record))
    if has_bases(record):
        yield FRAMEWORK
    if has_servers(record):
        yield SERVER
    if has_taxes(record):
        yield TAXES
    yield "## Where\n"
    at = where(record.host, record.layout, python=record.settings.python)
    yield from (f"- {one_line(line)}" for line in at)
    yield f"- {steal_in_words(record.host)}"
    yield ""
    yield from items("Caveats", list(caveats(record)))


def caveats(record: InstructionsRecord) -> Iterator[str]:
    """What a reader must know to interpret the rows, in words."""
    neighbours = [one_line(name) for name in record.neighbours]
    yield from sentences(of_run(record.host, record.layout, neighbours))
    for service in record.services:
        if service.note:
            yield one_line(f"{service.name}: {service.note}")
        if service.reason:
            yield one_line(f"{service.name}: {service.reason}")
    built = [(one_line(one.base or ""), one_line(one.name)) for one in record.services]
    yield from sentences(of_bases(built))
