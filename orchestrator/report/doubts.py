"""The caveats of a record, each said once with the rows that it is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from orchestrator.model.record import RunRecord
from orchestrator.model.trial import Caveat, Outcome, TrialRecord
from orchestrator.report.column import three_digits
from orchestrator.trial_checks import all_caveats


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Where it is, what it is, by which name, and what would remove it; as it came, unescaped."""

    where: str
    text: str | None = None
    code: str | None = None
    remedy: str | None = None


def doubts(record: RunRecord) -> list[Doubt]:
    """Every caveat and every trial that was not measured."""
    found = [_doubt("every row", caveat) for caveat in record.caveats]
    found += [
        Doubt(where=_where(record, trial), text=_outcome(trial))
        for trial in record.trials
        if trial.outcome is not Outcome.MEASURED
    ]
    shared: dict[Caveat, list[TrialRecord]] = {}
    for trial in record.trials:
        for caveat in all_caveats(trial):
            shared.setdefault(caveat, []).append(trial)
    found += [_doubt(_together(record, rows), caveat) for caveat, rows in shared.items()]
    # Those of single steps and rates differ in their numbers: counted here, told in run.json.
    return found + _of_steps(record) + _of_rates(record)


def _of_steps(record: RunRecord) -> list[Doubt]:
    found: dict[tuple[str, str], list[str]] = {}
    for trial in record.trials:
        for code, remedy in _codes(step.caveats for step in trial.steps):
            users = [s.users for s in trial.steps if any(c.code == code for c in s.caveats)]
            at = ", ".join(f"{n:,}" for n in dict.fromkeys(users))
            found.setdefault((code, remedy), []).append(
                f"{_where(record, trial)} in {len(users)} of {len(trial.steps)} ({at} users)"
            )
    return _counted("single steps", found)


def _of_rates(record: RunRecord) -> list[Doubt]:
    found: dict[tuple[str, str], list[str]] = {}
    for trial in record.trials:
        for code, remedy in _codes(row.caveats for row in trial.open_loop):
            rates = [r.rate for r in trial.open_loop if any(c.code == code for c in r.caveats)]
            at = ", ".join(f"{three_digits(rate)}/s" for rate in rates)
            found.setdefault((code, remedy), []).append(f"{_where(record, trial)} at {at}")
    return _counted("constant arrival rates", found)


def _codes(caveats: Iterable[tuple[Caveat, ...]]) -> list[tuple[str, str]]:
    """Code and what would remove it, each code once."""
    return list({c.code: c.remedy for several in caveats for c in several}.items())


def _counted(what: str, found: dict[tuple[str, str], list[str]]) -> list[Doubt]:
    return [
        Doubt(where=f"{what}: {'; '.join(rows)}", code=code, remedy=remedy)
        for (code, remedy), rows in sorted(found.items())
    ]


def _together(record: RunRecord, trials: list[TrialRecord]) -> str:
    """Rows by name; a framework of which all are concerned is named once."""
    concerned = {trial.key for trial in trials}
    names = []
    for service, name in sorted({(t.service, t.server.name) for t in trials}):
        every = [t for t in record.trials if t.service == service]
        if all(t.key in concerned for t in every):
            names.append(name)
        else:
            names += [_where(record, t) for t in every if t.key in concerned]
    return ", ".join(names)


def _where(record: RunRecord, trial: TrialRecord) -> str:
    repeat = f" (repeat {trial.repeat})" if record.settings.repeats > 1 else ""
    return f"{trial.server.name} {trial.workload}{repeat}"


def _doubt(where: str, caveat: Caveat) -> Doubt:
    return Doubt(where=where, text=caveat.text, code=caveat.code, remedy=caveat.remedy)


def _outcome(trial: TrialRecord) -> str:
    phase = f" in {trial.phase}" if trial.phase else ""
    return f"{trial.outcome}{phase}: {trial.reason or 'no reason'}"
