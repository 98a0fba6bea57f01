"""The caveats of a record, each said once with the rows that it is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from orchestrator.model.record import Caveat, Outcome, RunRecord, TrialRecord
from orchestrator.report.table import one_line, three_digits

Doubts = dict[str, tuple[str, list[str]]]
"""Code -> what would remove it, and where it is."""


def doubts(record: RunRecord) -> Iterator[str]:
    """The lines below the heading; one that says so where there is no caveat."""
    lines = [f"- every row: {_caveat(caveat)}" for caveat in record.caveats]
    lines += [
        f"- {_where(record, trial)}: {_outcome(trial)}"
        for trial in record.trials
        if trial.outcome is not Outcome.MEASURED
    ]
    shared: dict[Caveat, list[str]] = {}
    for trial in record.trials:
        for caveat in trial.caveats:
            shared.setdefault(caveat, []).append(_where(record, trial))
    lines += [f"- {', '.join(sorted(rows))}: {_caveat(doubt)}" for doubt, rows in shared.items()]
    # Those of single steps and rates differ in their numbers: counted here, told in run.json.
    lines += _counted("in single steps", _of_steps(record))
    lines += _counted("at constant arrival rates", _of_rates(record))
    yield from lines or ["None."]


def _of_steps(record: RunRecord) -> Doubts:
    found: Doubts = {}
    for trial in record.trials:
        for code, remedy in _codes(step.caveats for step in trial.steps).items():
            users = [f"{s.users:,}" for s in trial.steps if code in _codes([s.caveats])]
            where = (
                f"{_where(record, trial)} in {len(users)} of {len(trial.steps)} "
                f"({', '.join(dict.fromkeys(users))} users)"
            )
            found.setdefault(code, (remedy, []))[1].append(where)
    return found


def _of_rates(record: RunRecord) -> Doubts:
    found: Doubts = {}
    for trial in record.trials:
        for code, remedy in _codes(row.caveats for row in trial.open_loop).items():
            rates = [
                f"{three_digits([r.rate])}/s"
                for r in trial.open_loop
                if code in _codes([r.caveats])
            ]
            where = f"{_where(record, trial)} at {', '.join(rates)}"
            found.setdefault(code, (remedy, []))[1].append(where)
    return found


def _codes(caveats: Iterable[tuple[Caveat, ...]]) -> dict[str, str]:
    """Code -> what would remove it."""
    return {caveat.code: caveat.remedy for several in caveats for caveat in several}


def _counted(where: str, found: Doubts) -> list[str]:
    return [
        f"- `{code}` {where} (to remove it: {remedy}): {'; '.join(rows)}"
        for code, (remedy, rows) in sorted(found.items())
    ]


def _where(record: RunRecord, trial: TrialRecord) -> str:
    repeat = f" (repeat {trial.repeat})" if record.settings.repeats > 1 else ""
    return f"{trial.server.name} {trial.workload}{repeat}"


def _caveat(caveat: Caveat) -> str:
    return f"{one_line(caveat.text)} (`{caveat.code}`; to remove it: {caveat.remedy})"


def _outcome(trial: TrialRecord) -> str:
    phase = f" in {trial.phase}" if trial.phase else ""
    return f"{trial.outcome}{phase}: {one_line(trial.reason or 'no reason')}"
