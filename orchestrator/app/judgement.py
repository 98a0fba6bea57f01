"""A judgement's files: the record as JSON, and its summary as Markdown. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orchestrator.app.judged import JUDGEMENT_SCHEMA, Judgement
from orchestrator.codec import decoded_of_schema, encode
from orchestrator.durations import clock_time
from orchestrator.report.table import code, one_line
from orchestrator.words import line, printable

PREFIX, RECORD, SUMMARY = "judge-", "judge.json", "judge.md"
"""Of the folder's name; of the folder's files."""
PATHS = 3
"""Most changed files that the summary names."""
REASON = 300
"""Most characters of a line's text: a summary is read at a glance, and the record has the rest."""


def judgement_files(judgement: Judgement) -> dict[str, bytes]:
    """File name -> content."""
    return {RECORD: encode(judgement), SUMMARY: judgement_summary(judgement).encode()}


def read(text: bytes, where: str) -> Judgement:
    """Decode the record from its JSON.

    Raises:
        UsageError: it is not a judgement of this schema; names ``where``.
    """
    return decoded_of_schema(text, Judgement, where, "judgement", newest=JUDGEMENT_SCHEMA)


def judgement_summary(judgement: Judgement) -> str:
    """One line for each service and workload, as Markdown. Text from outside is escaped."""
    return printable("\n".join(_parts(judgement)) + "\n")


def verdict(judgement: Judgement) -> str:
    """The whole judgement in a line."""
    lists = {"slower": judgement.slower, "not measured": judgement.unmeasured}
    parts = ["interrupted"] * judgement.interrupted
    parts += [f"{of}: {_names([one.name for one in them])}" for of, them in lists.items() if them]
    if not parts and not judgement.lines:
        return "Nothing to judge: the change touches no service's own files"
    said = "; ".join(parts) or "nothing is certainly slower by more than is tolerated"
    return said[:1].upper() + said[1:]


def _parts(judgement: Judgement) -> Iterator[str]:
    asked = judgement.asked
    yield f"# {one_line(verdict(judgement))}\n"
    if judgement.lines:
        yield (
            f"CPU time for a request, compared with commit `{judgement.commit[:12]}`, with 95 % "
            f"intervals. Tolerated: {100 * asked.fail_above:g} %. At most "
            f"{clock_time(asked.budget_s)} of measuring for each line.{_only(judgement)}\n"
        )
    for one in judgement.lines:
        record = f" ({code(one.record)})" if one.record else ""
        told = one_line(line(one.text, REASON))
        yield f"- {one_line(one.name)}: {'**' * one.above}{told}{'**' * one.above}{record}"
    if judgement.shared:
        yield from ("",) * bool(judgement.lines)
        yield _beside(judgement)


def _only(judgement: Judgement) -> str:
    asked = judgement.asked.services
    return f" Only asked for: {_names(asked)}." if asked else ""


def _beside(judgement: Judgement) -> str:
    """What the comparisons cannot show."""
    paths = _names([code(path) for path in judgement.shared], PATHS)
    said = f"Not judged, because base and head share them here: {paths}."
    if judgement.untold:
        said += f" Nothing else of the change touches {one_line(_names(judgement.untold))}."
    return f"{said} `make bench` measures what such changes do."


def _names(names: Sequence[str], most: int = 20) -> str:
    more = [f"{len(names) - most} more"] if len(names) > most else []
    return ", ".join([*names[:most], *more])
