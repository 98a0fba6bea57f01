"""A short summary of a run for a CI job: headline tables, where it was measured, and the doubts."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.model.catalogue import described
from orchestrator.model.record import RunRecord
from orchestrator.model.trial import Outcome
from orchestrator.report.document import caveats, in_section
from orchestrator.report.headline import headline
from orchestrator.report.place import where
from orchestrator.report.ranking import explained
from orchestrator.report.table import code, one_line
from orchestrator.words import printable


def run_summary(record: RunRecord) -> str:
    """The summary as Markdown. Text from outside is escaped."""
    return printable("\n".join(_lines(record)) + "\n")


def _lines(record: RunRecord) -> Iterator[str]:
    measured = sum(trial.outcome is Outcome.MEASURED for trial in record.trials)
    absent = sum(trial.outcome is Outcome.NOT_OFFERED for trial in record.trials)
    ended = ", interrupted" if record.interrupted else ""
    without = f" ({absent} not offered by their service)" if absent else ""
    yield (
        f"# {measured} of {len(record.trials)} trials measured{without}{ended}: "
        f"run {record.run_id}\n"
    )
    yield f"{code(record.command)}, profile `{record.profile.name}`\n"
    if of_set := described(record.settings.set_name):
        yield f"{of_set}\n"
    rankings = [headline(record, workload) for workload in record.settings.workloads]
    for ranking in rankings:
        yield from in_section(ranking.table)
    yield f"{explained(rankings)}\n"
    yield "## Where\n"
    at = where(record.host, record.layout, record.memory, record.settings.python)
    yield from (f"- {one_line(line)}" for line in at)
    yield "\n## Caveats\n"
    yield from caveats(record)
